import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { cp, readFile } from 'node:fs/promises'
import { type ClientRequest, request as httpRequest, type RequestOptions } from 'node:http'
import { join } from 'node:path'
import { type Device, identityHeadersOf } from '@pushav/shared/identity.ts'
import { createLogger } from '@pushav/shared/logger.ts'
import { type RedisServer, startRedisServer } from '@pushav/shared/testing/redis-server.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { Redis } from 'ioredis'
import { generate } from 'selfsigned'
import { readConfig } from '../config.ts'
import { startIngest } from '../start-ingest.ts'
import { directoryWithRoots } from './certificates.ts'
import { routesOf } from './routes-of.ts'

const log = createLogger('test', 'fatal')

interface Answer {
  readonly status: number
  readonly headers: Record<string, string | string[] | undefined>
  readonly bytes: Buffer
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: answers are looked into freely here
  readonly json: any
}

/** A real Redis for all tests of a file, and for each an empty working directory. */
export function ingestSuite() {
  let redis: RedisServer
  let device: Device
  let made: TemporaryDirectory
  let directory: TemporaryDirectory

  before(async () => {
    redis = await startRedisServer()
    device = await newDevice()
    made = await directoryWithRoots()
    // All tests share what the first start issued.
    await using _first = await start(made.path)
  })
  after(async () => {
    await made[Symbol.asyncDispose]()
    await redis[Symbol.asyncDispose]()
  })
  beforeEach(async () => {
    directory = await temporaryDirectory()
    await cp(join(made.path, 'certs'), join(directory.path, 'certs'), { recursive: true })
    await flush()
  })
  afterEach(() => directory[Symbol.asyncDispose]())

  return {
    redis: () => redis,
    device: () => device,
    path: () => directory.path,
    start: (settings: NodeJS.ProcessEnv = {}) => start(directory.path, settings),
    /** The same in another folder, which it fills with the certificates where there are none: another machine. */
    async startIn(path: string, settings: NodeJS.ProcessEnv = {}) {
      await cp(join(made.path, 'certs'), join(path, 'certs'), { recursive: true, force: false })
      return start(path, settings)
    },
    /** The same in a folder without certificates: it makes its own, or takes those of other machines. */
    startBare: start,
    flush,
    /** Takes a part of what is known of stream 1, which only a rebuild brings back. */
    damageIndex: () => withRedis((client) => client.del('{stream:1}:newest', '{stream:1}:sessions')),
  }

  function flush(): Promise<void> {
    return withRedis((client) => client.flushall())
  }

  async function withRedis(run: (client: Redis) => Promise<unknown>): Promise<void> {
    const client = new Redis(redis.path)
    await run(client)
    await client.quit()
  }

  /** Ingest as the proxy sees it: a Unix socket, and the secret of the handover file. */
  async function start(workingDirectory: string, settings: NodeJS.ProcessEnv = {}) {
    const instance = settings.INSTANCE ?? 'one'
    const socket = join(workingDirectory, `${instance}.sock`)
    const handoverFile = join(workingDirectory, `${instance}.json`)
    const config = readConfig({
      INGEST_LISTEN: `unix:${socket}`,
      REDIS_URL: redis.path,
      WORKING_DIRECTORY: workingDirectory,
      HANDOVER_FILE: handoverFile,
      INSTANCE: instance,
      PROBE_WAIT: '100ms',
      ...settings,
    })
    const built = new AsyncDisposableStack()
    const { app } = await startIngest(config, built, log).catch(async (error) => {
      await built.disposeAsync()
      throw error
    })
    const { secret } = JSON.parse(await readFile(handoverFile, 'utf8')) as { secret: string }
    return {
      routes: routesOf(app),
      begin,
      send,
      put: (path: string, body: Buffer | string, headers = {}) => send('PUT', path, body, headers),
      get: (path: string) => send('GET', path),
      [Symbol.asyncDispose]: () => built.disposeAsync(),
    }

    function begin(method: string, path: string, headers: RequestOptions['headers'] = {}): ClientRequest {
      const peer = {
        address: '192.0.2.7',
        port: 4711,
        tlsVersion: 'TLSv1.3',
        cipher: 'X',
        alpn: 'h2',
        device,
      }
      const identity = { ...identityHeadersOf(peer, secret), 'x-http-version': '2' }
      // No agent: after a restart it would hand out sockets of the life before.
      const sent = { ...identity, ...headers } as never
      return httpRequest({ socketPath: socket, agent: false, method, path, headers: sent })
    }

    async function send(method: string, path: string, body?: Buffer | string, headers = {}): Promise<Answer> {
      const request = begin(method, path, headers).end(body)
      const [response] = await once(request, 'response')
      const parts: Buffer[] = []
      for await (const bytes of response) parts.push(bytes)
      const received = Buffer.concat(parts)
      const text = received.toString()
      const isJson = String(response.headers['content-type']).startsWith('application/json')
      return {
        status: response.statusCode,
        headers: response.headers,
        bytes: received,
        text,
        json: isJson ? JSON.parse(text) : null,
      }
    }
  }
}

type TemporaryDirectory = Awaited<ReturnType<typeof temporaryDirectory>>
export type Ingest = Awaited<ReturnType<ReturnType<typeof ingestSuite>['start']>>

async function newDevice(): Promise<Device> {
  const { cert } = await generate([{ name: 'commonName', value: 'cam' }], {
    keyType: 'ec',
    algorithm: 'sha256',
  })
  const certificate = cert.replace(/-----.*-----|\s/g, '')
  const fingerprint = createHash('sha256').update(Buffer.from(certificate, 'base64')).digest('hex')
  return { fingerprint, serial: '1f', subject: 'CN=cam', notAfter: '2027-01-01T00:00:00.000Z', certificate }
}

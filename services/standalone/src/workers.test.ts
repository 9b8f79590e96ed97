import { deepEqual, equal, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { request } from 'node:https'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { until } from '@pushav/shared/testing/until.ts'
import { directoryWithRoots } from '../../ingest/src/testing/certificates.ts'
import { killing, type Launched, launch } from './testing/launch.ts'

const readyLine = /^Running on https:\/\/\S+:(\d+) \(CTRL \+ C to quit\)$/m
const clients = 4

interface JsonResponse {
  readonly status: number
  // biome-ignore lint/suspicious/noExplicitAny: responses are looked into freely here
  readonly body: any
}

describe('npm start --workers 2', function () {
  this.timeout(120_000)
  before(function () {
    if (process.platform !== 'linux') this.skip()
  })
  let directory: Awaited<ReturnType<typeof directoryWithRoots>>
  let server: Launched
  let port: number
  let ca: Buffer

  before(async () => {
    directory = await directoryWithRoots()
    server = launch('--port', '0', '--workers', '2', '--working-directory', directory.path)
    const [, number] = await server.saying(readyLine)
    port = Number(number)
    ca = await readFile(join(directory.path, 'certs/server/root.pem'))
  })
  after(async () => {
    server.process.kill('SIGKILL')
    await server.ended
    await directory[Symbol.asyncDispose]()
  })

  it('starts two proxies and two ingest processes, each with a name and journals of its own', async () => {
    const started = [...server.said().matchAll(/process started .*"process":"([^"]+)"/g)].map(
      ([, name]) => name,
    )
    deepEqual(started.sort(), ['ingest', 'ingest-2', 'probe', 'proxy', 'proxy-2', 'redis'])
    equal((await ask('POST', '/streams?interface=dash')).status, 201)
    for (let n = 0; n < 4; n++) equal((await ask('PUT', `/streams/1/session_1/v/${n}.m4s`, 'x')).status, 202)
    deepEqual((await readdir(join(directory.path, 'journals/1'))).sort(), [
      'standalone-2.ndjson',
      'standalone.ndjson',
    ])
  })

  it('revokes a certificate once both proxies refuse it', async () => {
    await ask('POST', '/certs/cam/keypair')
    const revoked = await until('acknowledged by both', async () => {
      const { body } = await ask('POST', '/certs/cam/revoke')
      return body.acknowledged && body
    })
    equal(revoked.revoked.length, 1)
  })

  it('loses no upload while a proxy and an ingest process are killed, and both come back', async () => {
    const accepted = new Map<string, string>()
    let isOver = false
    const uploading = Array.from({ length: clients }, uploadUntilOver)
    await until('uploads', async () => accepted.size > 20)
    process.kill(processOf('ingest-2'), 'SIGKILL')
    process.kill(processOf('proxy'), 'SIGKILL')
    await server.saying(/process restarted .*"process":"ingest-2"/)
    await server.saying(/process restarted .*"process":"proxy"/)
    const before = accepted.size
    await until('more uploads', async () => accepted.size > before + 20)
    isOver = true
    await Promise.all(uploading)
    await until('all are validated and listed', async () => {
      const listed = await listedIn('1')
      return [...accepted.keys()].every((id) => listed.has(id))
    })

    async function uploadUntilOver(_: undefined, client: number): Promise<void> {
      for (let n = 0; !isOver; n++) {
        const path = `session_2/${client}/${n}.m4s`
        // A connection that the killed proxy had breaks; the camera sends the object again.
        const { status, body } = await ask('PUT', `/streams/1/${path}`, 'no media').catch(() => failed)
        if (status === 202) accepted.set(body.upload_id, path)
      }
    }
  })

  it('gives its port back when it ends', async () => {
    server.process.kill('SIGTERM')
    equal(await server.ended, 0)
    const connection = connect(port, '127.0.0.1')
    const [error] = await once(connection, 'error')
    equal((error as NodeJS.ErrnoException).code, 'ECONNREFUSED')
  })

  it('leaves the second port alone when another process has it', async () => {
    await using taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const address = taken.address()
    const uiPort = typeof address === 'object' && address ? address.port : 0
    const flags = ['--port', String(port), '--ui-port', String(uiPort), '--working-directory', directory.path]
    const again = launch('--workers', '2', ...flags)
    await using _ = killing(again)
    await again.saying(/no second port for browsers/)
    const [, running] = await again.saying(readyLine)
    equal(Number(running), port)
    await again.saying(new RegExp(`https://localhost:${port}/ui/streams`))
    // Another server does not slip in beside the proxies.
    const second = launch('--workers', '2', '--port', String(port))
    equal(await second.ended, 1)
    ok(second.said().includes(`port ${port} is in use`))
  })

  const failed: JsonResponse = { status: 0, body: null }

  async function ask(method: string, path: string, content = ''): Promise<JsonResponse> {
    const target = { host: '127.0.0.1', servername: 'localhost', port, ca, agent: false }
    const sent = request({ ...target, method, path }).end(content)
    const [response] = await once(sent, 'response')
    return { status: response.statusCode, body: await json(response) }
  }

  async function listedIn(stream: string): Promise<Set<string>> {
    const found = new Set<string>()
    for (let cursor = ''; ; ) {
      const { body } = await ask('GET', `/streams/${stream}/uploads?limit=1000${cursor}`)
      for (const { id } of body.uploads) found.add(id)
      if (body.next_cursor === null) return found
      cursor = `&cursor=${body.next_cursor}`
    }
  }

  /** The newest process of that name. */
  function processOf(name: string): number {
    const all = server
      .said()
      .matchAll(new RegExp(`process started .*"process":"${name}","processId":(\\d+)`, 'g'))
    return Number([...all].at(-1)?.[1])
  }
})

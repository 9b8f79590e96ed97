import { deepEqual, equal } from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { identityHeadersOf } from '@pushav/shared/identity.ts'
import { type Ingest, ingestSuite } from './testing/ingest.ts'

/** How many processes are ended in each way; a long run takes as long as it takes and prints the times. */
const long = process.env.SHUTDOWN_TRIALS
const trials = Number(long ?? 3)
const maxConcurrency = 5
/** A process that has not exited by then hangs. */
const maxExitMs = 8_000
const main = new URL('main.ts', import.meta.url).pathname

describe('shutdown of ingest', function () {
  this.timeout(long === undefined ? 60_000 : 0)
  const suite = ingestSuite()

  it('ends within a second of the death of Redis, and loses no upload', async () => {
    const exits = await endAll(async () => {
      await suite.redis().kill()
      return () => suite.redis().start()
    })
    report('after the death of Redis', exits)
  })

  it('ends within a second of the return of Redis, and loses no upload', async () => {
    const exits = await endAll(async (trial) => {
      await suite.redis().kill()
      await sleep((trial * 463) % 1_500)
      await suite.redis().start()
      return async () => undefined
    })
    report('after the return of Redis', exits)
  })

  /**
   * Ends some processes at a time, each at another moment of the second after what `disturb` does to Redis; then starts
   * another one and makes sure that it lists every upload that they accepted.
   */
  async function endAll(disturb: (trial: number) => Promise<() => Promise<void>>): Promise<readonly Exit[]> {
    {
      await using first = await suite.start({ INSTANCE: 'first' })
      equal((await first.send('POST', '/streams')).status, 201)
    }
    const exits: Exit[] = []
    const stored: string[] = []
    while (exits.length < trials) {
      const count = Math.min(maxConcurrency, trials - exits.length)
      await using undo = new AsyncDisposableStack()
      const started = await Promise.all(Array.from({ length: count }, (_, i) => startProcess(`ingest-${i}`)))
      for (const one of started) undo.use(one)
      await Promise.all(started.map((one) => one.isBusy))
      const restore = await disturb(exits.length)
      const first = exits.length + 1
      exits.push(...(await Promise.all(started.map((one, i) => one.endAfter(((first + i) * 619) % 1_000)))))
      stored.push(...(await Promise.all(started.map((one) => one.accepted()))).flat())
      await restore()
    }
    await using ingest = await suite.start({ INSTANCE: 'last' })
    const listed = await listedBy(ingest)
    deepEqual(
      stored.filter((id) => !listed.has(id)),
      [],
    )
    return exits
  }

  async function listedBy(ingest: Ingest): Promise<ReadonlySet<string>> {
    const listed = new Set<string>()
    let cursor: number | null = 0
    while (cursor !== null) {
      const { json: page } = await ingest.get(`/streams/1/uploads?limit=1000&cursor=${cursor}`)
      for (const { id } of page.uploads) listed.add(id)
      cursor = page.next_cursor as number | null
    }
    return listed
  }

  function report(when: string, exits: readonly Exit[]): void {
    if (long) {
      const hung = exits.filter(({ code }) => code === null).length
      const longest = Math.round(Math.max(...exits.map(({ tookMs }) => tookMs)))
      console.log(`      ${when}: ${exits.length} processes, ${hung} hung, longest exit ${longest} ms`)
    }
    deepEqual(
      exits.map(({ code }) => code),
      exits.map(() => 0),
    )
  }

  /** An ingest process with a subscriber of its events and a client that uploads one after the other. */
  async function startProcess(instance: string) {
    const socketPath = join(suite.path(), `${instance}.sock`)
    const handoverFile = join(suite.path(), `${instance}.json`)
    const env = {
      PATH: process.env.PATH ?? '',
      INGEST_LISTEN: `unix:${socketPath}`,
      REDIS_URL: suite.redis().path,
      WORKING_DIRECTORY: suite.path(),
      HANDOVER_FILE: handoverFile,
      INSTANCE: instance,
      VERDICT_WAIT: '200ms',
      LOG_LEVEL: 'error',
    }
    const child = fork(main, { env, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    const exited = once(child, 'exit')
    await Promise.race([once(child, 'message'), exited])
    const { secret } = JSON.parse(await readFile(handoverFile, 'utf8')) as { secret: string }
    const busy = Promise.withResolvers<void>()
    send('GET', '/events').catch(() => undefined)
    const uploading = upload()
    return {
      isBusy: busy.promise,
      accepted: () => uploading,
      async endAfter(ms: number): Promise<Exit> {
        await sleep(ms)
        const before = performance.now()
        child.kill('SIGTERM')
        const code = await exitCodeOf(child, exited)
        return { code, tookMs: performance.now() - before }
      },
      async [Symbol.asyncDispose]() {
        child.kill('SIGKILL')
        await exited
      },
    }

    /** Until the process takes no more; the ids of the uploads that it accepted. */
    async function upload(): Promise<readonly string[]> {
      const ids: string[] = []
      for (let number = 0; ; number++) {
        const response = await send('PUT', `/streams/1/${instance}/${number}.mp4`, 'bytes').catch(() => null)
        if (response?.statusCode !== 202) return ids
        ids.push(((await json(response)) as { upload_id: string }).upload_id)
        if (number === 10) busy.resolve()
      }
    }

    async function send(method: string, path: string, body?: string) {
      const peer = { address: '192.0.2.7', port: 4711, tlsVersion: 'TLSv1.3', cipher: 'X', alpn: 'h2' }
      const headers = identityHeadersOf({ ...peer, device: suite.device() }, secret)
      const sent = { ...headers, 'x-http-version': '2' } as never
      const request = httpRequest({ socketPath, agent: false, method, path, headers: sent }).end(body)
      const [response] = await once(request, 'response')
      if (path === '/events') response.on('error', () => undefined).resume()
      return response as IncomingMessage
    }
  }
})

interface Exit {
  /** Null when the process hung and was killed. */
  readonly code: number | null
  readonly tookMs: number
}

async function exitCodeOf(child: ChildProcess, exited: Promise<unknown[]>): Promise<number | null> {
  const timer = setTimeout(() => child.kill('SIGKILL'), maxExitMs)
  const [code] = (await exited) as [number | null]
  clearTimeout(timer)
  return code
}

import { deepEqual, equal } from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, request as httpsRequest } from 'node:https'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { chunk } from '@pushav/shared/testing/media/boxes.ts'
import { type RedisServer, startRedisServer } from '@pushav/shared/testing/redis-server.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { type Ingest, ingestSuite } from '../services/ingest/src/testing/ingest.ts'
import { type Exit, exitOf, startUploadingProcess } from '../services/ingest/src/testing/uploading-process.ts'
import { startWorkerProcess, type WorkerProcess } from '../services/probe/src/testing/worker-process.ts'
import { type Launched, launchWith } from '../services/standalone/src/testing/launch.ts'
import { startRedisCluster } from './support/topology/redis-cluster.ts'
import { startSentinels } from './support/topology/redis-sentinels.ts'

/** How many processes of each kind are ended in each way: SHUTDOWN_TRIALS=50 npm run test:soak. */
const trials = Number(process.env.SHUTDOWN_TRIALS ?? 2)
/** How many of a kind run at a time where they share one Redis. */
const maxConcurrency = 5

/** A segment whose init segment never comes: it goes through the probe queue, and needs no ffprobe. */
const body = chunk()

/** A process that has not exited by then hangs. A supervisor lets each of its processes take its own time. */
const maxExitMs = { ingest: 10_000, probe: 10_000, standalone: 20_000 }

/** On a busy machine a failover, and thousands of probes, take their time. */
const maxWaitMs = 200_000

/** The nth moment of the second in which a process is ended, in ms. */
const momentOf = (nth: number): number => (nth * 619) % 1_000

/** A Redis that processes use, and what happens to it before they are ended. */
interface Disturbance extends AsyncDisposable {
  readonly url: string
  disturb(): Promise<void>
  /** Makes sure that a Redis answers again. */
  restore(): Promise<void>
}

const disturbances: Readonly<Record<string, () => Promise<Disturbance>>> = {
  'the death of Redis': () => disturbed((redis) => redis.kill()),
  'the return of Redis': () =>
    disturbed(async (redis) => {
      await redis.kill()
      await redis.start()
    }),
  'a failover by Sentinels': async () => {
    const sentinels = await startSentinels()
    return {
      url: sentinels.url,
      async disturb() {
        await sentinels.primary.kill()
        await sentinels.untilFailover()
      },
      restore: async () => undefined,
      [Symbol.asyncDispose]: () => sentinels[Symbol.asyncDispose](),
    }
  },
  'a failover in a Cluster': async () => {
    const cluster = await startRedisCluster()
    return {
      url: cluster.url,
      async disturb() {
        const node = await cluster.holderOf('{stream:1}:log')
        const replica = await cluster.addReplicaOf(node)
        await node.server.kill()
        await until('the failover', async () => (await replica.ask('role')).startsWith('master'), maxWaitMs)
      },
      restore: async () => undefined,
      [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
    }
  },
}

async function disturbed(disturb: (redis: RedisServer) => Promise<void>): Promise<Disturbance> {
  const redis = await startRedisServer()
  return {
    url: redis.path,
    disturb: () => disturb(redis),
    async restore() {
      await redis.kill()
      await redis.start()
    },
    [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose](),
  }
}

function report(what: string, exits: readonly Exit[]): void {
  if (exits.length === 0) return
  const longest = Math.round(Math.max(...exits.map(({ tookMs }) => tookMs)))
  const ended = exits.filter(({ code }) => code === 0).length
  console.log(`      ${what}: ${exits.length} exits, ${ended} with 0, the longest took ${longest} ms`)
  deepEqual(
    exits.map(({ code }) => code),
    exits.map(() => 0),
  )
}

describe('shutdown of ingest and probe', function () {
  this.timeout(600_000)
  const suite = ingestSuite()

  for (const [what, start] of Object.entries(disturbances))
    describe(`within a second of ${what}`, () => {
      const [ingests, probes]: [Exit[], Exit[]] = [[], []]
      for (let nth = 0; nth < trials; nth += maxConcurrency)
        it(`ends, and loses no upload and no probe, from trial ${nth + 1} on`, async () => {
          await using redis = await start()
          await endSome(redis, { nth, count: Math.min(maxConcurrency, trials - nth), ingests, probes })
        })
      after(() => {
        report(`ingest after ${what}`, ingests)
        report(`probe after ${what}`, probes)
      })
    })

  /** Ends some processes of each kind; makes sure that others then find and probe all that was accepted. */
  async function endSome(
    redis: Disturbance,
    trial: {
      readonly nth: number
      readonly count: number
      readonly ingests: Exit[]
      readonly probes: Exit[]
    },
  ): Promise<void> {
    const { nth, count } = trial
    const workingDirectory = suite.path()
    const settings = { REDIS_URL: redis.url, WORKING_DIRECTORY: workingDirectory, TMPDIR: workingDirectory }
    {
      await using first = await suite.start({ INSTANCE: 'first', REDIS_URL: redis.url })
      equal((await first.send('POST', '/streams')).status, 201)
    }
    await using undo = new AsyncDisposableStack()
    const numbers = Array.from({ length: count }, (_, i) => i)
    const ingests = await Promise.all(numbers.map((i) => startOne(redis.url, `ingest-${i}`)))
    for (const one of ingests) undo.use(one)
    const workers = await Promise.all(numbers.map(() => startWorkerProcess(settings)))
    for (const one of workers) undo.use(one)
    await Promise.all(ingests.map((one) => one.isBusy))

    await redis.disturb()
    const moments = numbers.map((i) => momentOf(nth + i + 1))
    const [ended, endedWorkers] = await Promise.all([
      Promise.all(ingests.map((one, i) => one.endAfter(moments[i] ?? 0, maxExitMs.ingest))),
      Promise.all(workers.map((one, i) => endWorker(one, moments[i] ?? 0))),
    ])
    trial.ingests.push(...ended)
    trial.probes.push(...endedWorkers)
    const stored = (await Promise.all(ingests.map((one) => one.accepted()))).flat()
    await redis.restore()

    await using ingest = await suite.start({ INSTANCE: 'last', REDIS_URL: redis.url })
    await using _worker = await startWorkerProcess(settings)
    await untilAllProbed(async (path) => (await ingest.get(path)).json, stored)
  }

  const startOne = (redisUrl: string, instance: string) =>
    startUploadingProcess({
      workingDirectory: suite.path(),
      redisUrl,
      instance,
      device: suite.device(),
      body,
    })
})

async function endWorker(worker: WorkerProcess, ms: number): Promise<Exit> {
  await sleep(ms)
  const before = performance.now()
  const timer = setTimeout(() => worker.end('SIGKILL'), maxExitMs.probe)
  const code = await worker.end('SIGTERM')
  clearTimeout(timer)
  return { code, tookMs: performance.now() - before }
}

type Get = (path: string) => Promise<Awaited<ReturnType<Ingest['get']>>['json']>

/** Waits until every upload that was accepted is listed and probed; throws with those that are not. */
async function untilAllProbed(get: Get, stored: readonly string[]): Promise<void> {
  const isSettled = async () => {
    const { unlisted, pending } = await missingOf(get, stored)
    return unlisted.length + pending.length === 0
  }
  await until('all verdicts and probes', isSettled, maxWaitMs).catch(() => undefined)
  const { unlisted, pending } = await missingOf(get, stored)
  const few = { unlisted: unlisted.slice(0, 5), pending: pending.slice(0, 5) }
  const counts = `of ${stored.length} uploads ${unlisted.length} are not listed, ${pending.length} not probed`
  deepEqual(few, { unlisted: [], pending: [] }, `${counts}: ${JSON.stringify(few)}`)
}

async function missingOf(get: Get, stored: readonly string[]) {
  const probes = new Map<string, string>()
  for (let cursor: number | null = 0; cursor !== null; ) {
    const page = await get(`/streams/1/uploads?limit=1000&cursor=${cursor}`)
    for (const { id, probe } of page?.uploads ?? []) probes.set(id, probe)
    cursor = page?.next_cursor ?? null
  }
  return {
    unlisted: stored.filter((id) => !probes.has(id)),
    pending: stored.filter((id) => probes.get(id) === 'pending'),
  }
}

describe('shutdown of the standalone', function () {
  this.timeout(200_000 + trials * 200_000)

  const own: Readonly<Record<string, (server: Launched) => Promise<unknown>>> = {
    'the death of its Redis': async (server) => killRedis(server),
    'the return of its Redis': async (server) => {
      killRedis(server)
      await server.saying(/process restarted/)
    },
  }

  for (const [what, disturb] of Object.entries(own))
    it(`ends within a second of ${what}, and loses no upload and no probe`, async () => {
      await using directory = await temporaryDirectory()
      report(`standalone after ${what}`, await endEach([], directory.path, () => ({ disturb })))
    })

  it('ends within a second of a failover by Sentinels, and loses no upload and no probe', async () => {
    await using directory = await temporaryDirectory()
    const exits: Exit[] = []
    const stored: string[] = []
    for (let nth = 0; nth < trials; nth++) {
      await using redis = await disturbances['a failover by Sentinels']?.()
      if (!redis) throw new Error('no such disturbance')
      exits.push(await endOne(nth, stored, directory.path, () => redis.disturb(), { REDIS_URL: redis.url }))
    }
    await untilProbed(stored, directory.path)
    report('standalone after a failover by Sentinels', exits)
  })

  async function endEach(
    stored: string[],
    directory: string,
    how: () => { readonly disturb: (server: Launched) => Promise<unknown> },
  ): Promise<readonly Exit[]> {
    const exits: Exit[] = []
    for (let nth = 0; nth < trials; nth++) exits.push(await endOne(nth, stored, directory, how().disturb, {}))
    await untilProbed(stored, directory)
    return exits
  }

  async function endOne(
    nth: number,
    stored: string[],
    directory: string,
    disturb: (server: Launched) => Promise<unknown>,
    env: NodeJS.ProcessEnv,
  ): Promise<Exit> {
    const server = launchWith(env, '--port', '0', '--working-directory', directory)
    try {
      const client = await clientOf(server)
      if (stored.length === 0) await client.send('POST', '/streams')
      const uploading = client.uploadUntilEnd(`run-${nth}`)
      await uploading.isBusy
      await disturb(server)
      await sleep(momentOf(nth + 1))
      const exit = await exitOf(server.process, once(server.process, 'exit'), maxExitMs.standalone)
      stored.push(...(await uploading.accepted))
      return exit
    } finally {
      server.process.kill('SIGKILL')
      await server.ended
    }
  }

  /** Starts the server once more, with a Redis that knows nothing or what it knew. */
  async function untilProbed(stored: readonly string[], directory: string): Promise<void> {
    const server = launchWith({}, '--port', '0', '--working-directory', directory)
    try {
      const { get } = await clientOf(server)
      await untilAllProbed(get, stored)
    } finally {
      await exitOf(
        server.process,
        server.ended.then((code) => [code]),
        maxExitMs.standalone,
      )
    }
  }
})

function killRedis(server: Launched): void {
  const [, id] = /process started .*"process":"redis","processId":(\d+)/.exec(server.said()) ?? []
  process.kill(Number(id), 'SIGKILL')
}

/** A client without certificate. */
async function clientOf(server: Launched) {
  const [, port] = await server.saying(/^Running on https:\/\/\S+:(\d+) /m)
  const agent = new Agent({ rejectUnauthorized: false })
  return { send, get, uploadUntilEnd }

  async function send(method: string, path: string, content?: Buffer) {
    const request = httpsRequest({ host: '127.0.0.1', port, agent, method, path }).end(content)
    const [response] = await once(request, 'response')
    return { status: Number(response.statusCode), json: await json(response) }
  }

  async function get(path: string) {
    // biome-ignore lint/suspicious/noExplicitAny: responses are looked into freely here
    return (await send('GET', path)).json as any
  }

  function uploadUntilEnd(name: string) {
    const busy = Promise.withResolvers<void>()
    return { isBusy: busy.promise, accepted: upload() }

    async function upload(): Promise<readonly string[]> {
      const ids: string[] = []
      for (let number = 0; ; number++) {
        const response = await send('PUT', `/streams/1/${name}/${number}.mp4`, body).catch(() => null)
        if (response?.status !== 202) return ids
        ids.push((response.json as { upload_id: string }).upload_id)
        if (number === 10) busy.resolve()
      }
    }
  }
}

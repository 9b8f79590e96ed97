import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, symlink, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { decodeOutcome } from '@pushav/shared/outcome-codec.ts'
import { uploadPath } from '@pushav/shared/paths.ts'
import { type ProbeJob, probeOutcomesKey, probeQueue, urgentProbeQueue } from '@pushav/shared/probe-job.ts'
import { probeHostsKey, probeWorker, probeWorkerKey } from '@pushav/shared/probe-worker.ts'
import { bareEnv } from '@pushav/shared/testing/bare-env.ts'
import { readMetrics } from '@pushav/shared/testing/metrics/read-metrics.ts'
import { startRedisServer } from '@pushav/shared/testing/redis-server.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { type Job, Queue, QueueEvents } from 'bullmq'
import { Redis } from 'ioredis'
import { findProgram } from './ffprobe/find-program.ts'
import { heldFfprobe, scriptedFfprobe } from './testing/fake-ffprobe.ts'
import { makeMedia, media, plainProbe } from './testing/media.ts'
import { startWorkerProcess } from './testing/worker-process.ts'

/** SHUTDOWN_TRIALS=50 tries many. */
const shutdownTrials = Number(process.env.SHUTDOWN_TRIALS ?? 4)

const quick = { attempts: 2, backoff: { type: 'fixed', delay: 10 } } as const

describe('probe worker', function () {
  this.timeout(120_000)
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>
  before(async () => {
    folder = await temporaryDirectory()
    await makeMedia(folder.path)
  })
  after(() => folder[Symbol.asyncDispose]())

  it('sends signs of life that name its host and say what it is, and serves metrics', async () => {
    await using rig = await startRig()
    const startedMs = Date.now()
    const socketPath = join(rig.directory, 'metrics.sock')
    await using _worker = await rig.work({ METRICS_ADDRESS: `unix:${socketPath}` })
    const json = await until('the first sign of life', () => rig.redis.get(probeWorkerKey(hostname())))
    const { concurrency, seenAt } = probeWorker.parse(JSON.parse(json))
    ok(concurrency >= 1 && Date.parse(seenAt) >= startedMs, json)
    deepEqual(await rig.redis.smembers(probeHostsKey), [hostname()])
    ok((await readMetrics(socketPath)).families.has('pavs_probe_seconds'))
  })

  it('probes whatever is uploaded and stores what came of it before the job ends', async () => {
    await using rig = await startRig()
    await using _worker = await rig.work()
    await rig.put('i', media.init)
    const cases: [string, string, string | null, string[]][] = [
      ['u1', media.segment, 'i', [media.init, media.segment]],
      ['u2', media.init, null, [media.init]],
      ['u3', media.fragmented, 'i', [media.fragmented]],
      ['u4', media.transport, null, [media.transport]],
      ['u5', media.plain, 'gone', [media.plain]],
    ]
    for (const [upload, name, init, parts] of cases) {
      await rig.put(upload, name)
      const outcome = await rig.outcome({ upload, path: `a b/${name}`, init })
      ok(outcome.state === 'done', JSON.stringify(outcome))
      const plain = await plainProbe(folder.path, ...parts)
      deepEqual(outcome.probe, {
        streams: plain.streams,
        format: { ...plain.format, filename: `a b/${name}`, probe_score: 0 },
      })
    }
  })

  it('says what is wrong with what cannot be probed, and names no file of ours', async () => {
    await using rig = await startRig()
    await using _worker = await rig.work()
    await rig.put('segment', media.segment)
    await rig.write('text', 'hello')
    await rig.write('hollow', '\0\0\0\x10ftypisom\0\0\0\0')
    const cases: [string, string | null, RegExp, RegExp][] = [
      ['segment', null, /no init segment of its track has been uploaded/, /^$/],
      ['segment', 'text', /init segment holds no usable moov/, /^$/],
      ['hollow', null, /cannot make sense/, /^\[mov.*\] moov atom not found\nx\.mpd: Invalid data/],
      ['gone', null, /no longer there/, /^$/],
    ]
    for (const [upload, init, message, stderr] of cases) {
      const outcome = await rig.outcome({ upload, path: 'x.mpd', init })
      ok(outcome.state === 'failed', JSON.stringify(outcome))
      match(outcome.message, message)
      match(outcome.stderr, stderr)
      match(outcome.command, /^ffprobe -v error -f mov .* -show_streams -show_format -of json .*x\.mpd/)
      ok(!JSON.stringify(outcome).includes(rig.directory))
    }
  })

  it('refuses a job that would lead it out of its folder', async () => {
    await using rig = await startRig()
    await using _worker = await rig.work()
    const job = await rig.add({ upload: '../../plain.mp4', path: 'x', init: null })
    await rig.failed(job)
    equal((await job.getState()).toString(), 'failed')
    match((await rig.queue.getJob(job.id ?? ''))?.failedReason ?? '', /needs an upload/)
  })

  it('loses nothing when it is killed in the middle of a probe', async () => {
    await using rig = await startRig()
    await using scripts = await temporaryDirectory()
    const held = await heldFfprobe(scripts.path)
    await using killed = await rig.work({ FFPROBE: held.path })
    await rig.put('u', media.plain)
    const job = await rig.add({ upload: 'u', path: 'x.mp4', init: null })
    await held.start()
    await killed.end('SIGKILL')
    const killedAt = Date.now()
    await held.ended()
    ok(Date.now() - killedAt < 2_000, 'its ffprobe outlived it')

    await using _worker = await rig.work()
    equal((await rig.outcomeOf(job)).state, 'done')
    ok(Date.now() - killedAt < 15_000, `taken up after ${Date.now() - killedAt} ms`)
  })

  it('probes every upload of a job that carries many, whatever is wrong with others of them', async () => {
    await using rig = await startRig()
    await using _worker = await rig.work()
    for (const upload of ['u1', 'u2']) await rig.put(upload, media.plain)
    await rig.write('text', 'hello')
    const bad = ['../x', 'gone', 'text'].map((upload) => ({ upload, path: 'x', init: null }))
    const good = ['u1', 'u2'].map((upload) => ({ upload, path: 'x.mp4', init: null }))
    await rig.addMany([...bad, ...good])
    const outcomes = await rig.outcomesOf(['u1', 'u2', 'text'])
    deepEqual(
      outcomes.map(({ state }) => state),
      ['done', 'done', 'failed'],
    )
    const own = await until('a job of its own', () => rig.queue.getJob('gone'))
    equal(own.data.upload, 'gone')
  })

  it('loses none of many when it is killed in the middle of them', async () => {
    await using rig = await startRig()
    await using scripts = await temporaryDirectory()
    const held = await heldFfprobe(scripts.path)
    await using killed = await rig.work({ FFPROBE: held.path, PROBE_CONCURRENCY: '1' })
    const uploads = ['u1', 'u2', 'u3']
    for (const upload of uploads) await rig.put(upload, media.plain)
    await rig.addMany(uploads.map((upload) => ({ upload, path: 'x.mp4', init: null })))
    await held.start()
    await killed.end('SIGKILL')

    await using _worker = await rig.work()
    const outcomes = await rig.outcomesOf(uploads)
    ok(outcomes.every(({ state }) => state === 'done'))
    equal(await rig.queue.count(), 0)
  })

  it('takes what is urgent before what has waited longer', async () => {
    await using rig = await startRig()
    await using scripts = await temporaryDirectory()
    execFileSync('mkfifo', [join(scripts.path, 'go')])
    const FFPROBE = await scriptedFfprobe(scripts.path, 'read -r word <"$here/go"; exec ffprobe "$@"')
    await using _worker = await rig.work({ FFPROBE, PROBE_CONCURRENCY: '1' })
    for (const upload of ['u1', 'u2', 'u3', 'init']) await rig.put(upload, media.plain)
    await rig.addMany(['u1', 'u2', 'u3'].map((upload) => ({ upload, path: 'x.mp4', init: null })))
    await until('the others are taken', async () => (await rig.queue.getActiveCount()) === 1)
    await rig.urgent.add('probe', { stream: '1', upload: 'init', path: 'x.mp4', init: null })
    await until('the urgent job is taken', async () => (await rig.urgent.getActiveCount()) === 1)
    for (const upload of ['u1', 'init', 'u2', 'u3']) {
      await writeFile(join(scripts.path, 'go'), 'go\n')
      equal((await rig.outcomesOf([upload]))[0]?.state, 'done')
    }
  })

  it('takes its ffprobe along when it is killed where there is no sandbox', async () => {
    await using rig = await startRig()
    await using tools = await temporaryDirectory()
    for (const tool of ['prlimit', 'setpriv', 'ffprobe'])
      await symlink((await findProgram(tool, process.env.PATH ?? '')) ?? tool, join(tools.path, tool))
    const held = await heldFfprobe(tools.path)
    await using worker = await rig.work({ FFPROBE: held.path, PATH: tools.path, PROBE_SANDBOX: 'preferred' })
    equal(worker.logged[0]?.confinement, 'limits, no sandbox')
    await rig.put('u', media.plain)
    await rig.add({ upload: 'u', path: 'x.mp4', init: null })
    await held.start()
    const killedAt = Date.now()
    await worker.end('SIGKILL')
    await held.ended()
    ok(Date.now() - killedAt < 2_000, 'its ffprobe outlived it')
  })

  it('goes on by itself when Redis was killed in the middle of a probe and comes back', async () => {
    await using rig = await startRig()
    await using scripts = await temporaryDirectory()
    const held = await heldFfprobe(scripts.path)
    await using worker = await rig.work({ FFPROBE: held.path })
    await rig.put('u', media.plain)
    const job = await rig.add({ upload: 'u', path: 'x.mp4', init: null })
    await held.start()
    await rig.server.kill()
    await worker.logs('error')
    await held.release()
    await rig.server.start()
    equal((await rig.outcomeOf(job)).state, 'done')
    const complaints = worker.logged.filter(({ level }) => level === 'error')
    equal(complaints.length, 1, JSON.stringify(complaints))
  })

  it('finishes what it is at before it closes', async () => {
    await using rig = await startRig()
    await using scripts = await temporaryDirectory()
    const held = await heldFfprobe(scripts.path)
    await using worker = await rig.work({ FFPROBE: held.path })
    await rig.put('u', media.plain)
    const job = await rig.add({ upload: 'u', path: 'x.mp4', init: null })
    await held.start()
    const ended = worker.end('SIGTERM')
    await held.release()
    equal(await ended, 0)
    equal((await rig.outcomeOf(job)).state, 'done')
  })

  it('closes although Redis is away', async () => {
    await using rig = await startRig()
    await using worker = await rig.work()
    await rig.server.kill()
    const started = Date.now()
    equal(await worker.end('SIGTERM'), 0)
    ok(Date.now() - started < 5_000)
  })

  it('exits within seconds of a signal around the death and the return of Redis', async () => {
    const exits: number[] = []
    for (let trial = 0; trial < shutdownTrials; trial++) {
      await using server = await startRedisServer()
      const settings = { REDIS_URL: server.path, WORKING_DIRECTORY: server.directory }
      await using worker = await startWorkerProcess(settings)
      await server.kill()
      if (trial % 2 === 1) await server.start()
      await sleep((trial * 619) % 1_000)
      const begun = performance.now()
      equal(await worker.end('SIGTERM'), 0)
      exits.push(performance.now() - begun)
    }
    const longest = Math.round(Math.max(...exits))
    ok(longest < 6_000, `the longest of ${exits.length} exits took ${longest} ms`)
    if (shutdownTrials > 4) console.log(`    ${exits.length} exits, the longest took ${longest} ms`)
  }).timeout(40_000 + shutdownTrials * 8_000)

  it('stops an ffprobe that hangs and says so', async () => {
    await using rig = await startRig()
    await using scripts = await temporaryDirectory()
    const FFPROBE = await scriptedFfprobe(scripts.path, 'sleep 1000')
    await using _worker = await rig.work({ FFPROBE, PROBE_TIMEOUT: '300ms' })
    await rig.put('u', media.plain)
    const outcome = await rig.outcome({ upload: 'u', path: 'x.mp4', init: null })
    match(outcome.state === 'failed' ? outcome.message : '', /took too long/)
  })

  it('does not start without ffprobe and says what to install', async () => {
    await using rig = await startRig()
    await using worker = await rig.work({ FFPROBE: 'no-such-ffprobe' })
    equal(await worker.end('SIGTERM'), 1)
    match(worker.complaint(), /no-such-ffprobe is not there: install ffmpeg/)
  })

  it('does not start without a sandbox where one is required, and says why', async () => {
    await using rig = await startRig()
    await using tools = await temporaryDirectory()
    for (const tool of ['prlimit', 'setpriv', 'ffprobe'])
      await symlink((await findProgram(tool, process.env.PATH ?? '')) ?? tool, join(tools.path, tool))
    await using worker = await rig.work({ PATH: tools.path, PROBE_SANDBOX: 'required' })
    equal(await worker.end('SIGTERM'), 1)
    match(worker.complaint(), /no sandbox .*bwrap.*PROBE_SANDBOX=required: install bubblewrap/)
    equal(await rig.health(), 1)
  })

  it('is healthy while it works and not before or without Redis', async () => {
    await using rig = await startRig()
    equal(await rig.health(), 1)
    await using _worker = await rig.work()
    equal(await rig.health(), 0)
    await rig.server.kill()
    equal(await rig.health(), 1)
  })

  async function startRig() {
    await using undo = new AsyncDisposableStack()
    const { path: directory } = undo.use(await temporaryDirectory())
    const server = undo.use(await startRedisServer())
    const redis = undo.adopt(redisAt(server.path), (redis) => redis.disconnect())
    const options = { connection: redis, prefix: probeQueue.prefix }
    const queue = undo.adopt(new Queue(probeQueue.name, { ...options, defaultJobOptions: quick }), closed)
    const urgent = undo.adopt(new Queue(urgentProbeQueue.name, options), closed)
    urgent.on('error', () => {})
    const events = undo.adopt(new QueueEvents(probeQueue.name, options), closed)
    queue.on('error', () => {})
    events.on('error', () => {})
    await events.waitUntilReady()
    const settings = { REDIS_URL: server.path, WORKING_DIRECTORY: directory }
    const kept = undo.move()

    return {
      directory,
      server,
      redis,
      queue,
      urgent,
      work: (more: Record<string, string> = {}) =>
        startWorkerProcess({ ...settings, TMPDIR: directory, ...more }),
      async put(upload: string, name: string) {
        const path = uploadPath(directory, '1', upload)
        await mkdir(dirname(path), { recursive: true })
        await copyFile(join(folder.path, name), path)
      },
      async write(upload: string, text: string) {
        await writeFile(uploadPath(directory, '1', upload), text)
      },
      add(job: Omit<ProbeJob, 'stream'>): Promise<Job> {
        return queue.add('probe', { stream: '1', ...job })
      },
      addMany: (uploads: readonly Omit<ProbeJob, 'stream'>[]) =>
        queue.add('probe', { uploads: uploads.map((upload) => ({ stream: '1', ...upload })) }),
      async outcomesOf(uploads: readonly string[]) {
        const saved = () => redis.hmgetBuffer(probeOutcomesKey('1'), ...uploads)
        await until('all outcomes', async () => (await saved()).every((kept) => kept !== null), 30_000)
        return (await saved()).map((kept) => decodeOutcome(kept ?? Buffer.alloc(0)))
      },
      failed: (job: Job) => job.waitUntilFinished(events).catch(() => {}),
      async outcome(job: Omit<ProbeJob, 'stream'>) {
        return this.outcomeOf(await this.add(job))
      },
      async outcomeOf(job: Job) {
        await this.failed(job)
        const kept = await redis.hgetBuffer(probeOutcomesKey('1'), job.data.upload)
        return decodeOutcome(kept ?? Buffer.alloc(0))
      },
      async health(): Promise<number> {
        const script = new URL('health.ts', import.meta.url).pathname
        const env = { ...bareEnv(), ...settings }
        return (await once(spawn(process.execPath, [script], { env, stdio: 'inherit' }), 'exit'))[0]
      },
      [Symbol.asyncDispose]: () => kept.disposeAsync(),
    }
  }
})

function redisAt(socket: string): Redis {
  const redis = new Redis(socket, { maxRetriesPerRequest: null, retryStrategy: () => 100 })
  redis.on('error', () => {})
  return redis
}

/** Closing waits for Redis, which a test may have killed. */
async function closed(part: Queue | QueueEvents): Promise<void> {
  part.close().catch(() => {})
}

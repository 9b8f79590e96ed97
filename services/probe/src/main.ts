import { hostname } from 'node:os'
import { setTimeout as after } from 'node:timers/promises'
import { createLogger } from '@pushav/shared/logger.ts'
import { closeOnSignal, reportReady } from '@pushav/shared/shutdown.ts'
import { chooseUploads } from './choose-uploads.ts'
import { readConfig } from './config.ts'
import { removeAbandonedRooms } from './disk/room.ts'
import { prepareFfprobe } from './ffprobe/ffprobe.ts'
import { startProbeWorkers } from './queue/worker.ts'
import { connectRedis, lost } from './redis/connection.ts'
import { startHeartbeat } from './redis/heartbeat.ts'
import { redisOutcomes } from './redis/outcomes.ts'
import { sparsely } from './sparsely.ts'
import { type ProbeUpload, probeUploadWith } from './use-cases/probe-upload.ts'
import { probeUploadsWith } from './use-cases/probe-uploads.ts'
import { rememberingInits } from './use-cases/remember-inits.ts'
import { createTurns } from './use-cases/turns.ts'

const config = readConfig(process.env)
const log = createLogger('probe', config.logLevel)
const built = new AsyncDisposableStack()
await removeAbandonedRooms(Date.now())

const { ffprobe, confinement, complaints } = built.use(await prepareFfprobe(config.ffprobe, config))
log[complaints.length > 0 ? 'warn' : 'info']({ confinement, complaints }, 'ffprobe confined')

const faulted = sparsely(10_000, Date.now, (error: Error, heldBack) =>
  log.error({ error, heldBack }, 'redis or queue faulted'),
)
const redis = built.adopt(connectRedis(config.redisUrl, faulted), (redis) => redis.disconnect())

const closing = new AbortController()
const outOfReach = sparsely(10_000, Date.now, (error: Error, heldBack) =>
  log.error({ error, heldBack }, 'uploads out of reach'),
)
const probeUpload = probeUploadWith(
  rememberingInits(await chooseUploads(config, outOfReach, closing.signal)),
  ffprobe,
  redisOutcomes(redis, () => new Date()),
)
const probeUploads = probeUploadsWith(told(probeUpload), createTurns(config.concurrency))
const worker = built.adopt(
  startProbeWorkers(redis, config.concurrency, probeUploads, {
    failed: (job, attempts, error) => log.warn({ job, attempts, error }, 'probe failed'),
    faulted,
  }),
  // Probes under way may end, unless their outcomes have nowhere to go; another worker takes up what is left.
  (worker) => Promise.race([worker.close(), lost(redis), after(10_000)]),
)
// What is still on its way here goes back to the queue.
built.defer(() => closing.abort())
closeOnSignal(built, log)

await worker.waitUntilReady()
built.use(await startHeartbeat(redis, hostname(), () => worker.isRunning()))
log.info({ concurrency: config.concurrency }, 'taking jobs')
reportReady()

function told(probe: ProbeUpload): ProbeUpload {
  return async function tellingProbe(job, attempt) {
    const started = performance.now()
    const { stream, upload } = job
    const outcome = await probe(job, attempt)
    const tookMs = Math.round(performance.now() - started)
    log.info({ stream, upload, state: outcome.state, tookMs }, 'probed')
    return outcome
  }
}

import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { throttle } from '@pushav/shared/lib/throttle.ts'
import { createKeyRecipient } from '@pushav/shared/lib/wrapped-key.ts'
import { createLogger } from '@pushav/shared/logger.ts'
import { reportReady } from '@pushav/shared/process/ready-report.ts'
import { closeOnSignal } from '@pushav/shared/process/shutdown.ts'
import { exitOnUnusableSetting, settingsOrExit } from '@pushav/shared/settings.ts'
import { chooseUploads } from './choose-uploads.ts'
import { readConfig } from './config.ts'
import { removeStaleSandboxDirs, sandboxOf } from './disk/sandbox-dir.ts'
import { prepareFfprobe } from './ffprobe/ffprobe.ts'
import { openMetrics } from './metrics/open-metrics.ts'
import { startProbeWorkers } from './queue/probe-workers.ts'
import { connectRedis, whenDisconnected } from './redis/connection.ts'
import { startHeartbeat } from './redis/heartbeat.ts'
import { redisOutcomes } from './redis/outcomes.ts'
import { withInitCache } from './use-cases/cache-inits.ts'
import { UploadGone } from './use-cases/ports.ts'
import { createPrioritySemaphore } from './use-cases/priority-semaphore.ts'
import { type ProbeUpload, probeUploadWith } from './use-cases/probe-upload.ts'
import { probeUploadsWith } from './use-cases/probe-uploads.ts'
import { openUploadsWith } from './use-cases/sealed-uploads.ts'

const config = settingsOrExit(readConfig)
const log = createLogger('probe', config.logLevel)
const built = new AsyncDisposableStack()
const now = () => new Date()
await removeStaleSandboxDirs(Date.now())

const noteProbe = await openMetrics(config.metricsAddress, built)
const prepared = built.use(
  await prepareFfprobe(config.ffprobe, config, config.sandbox).catch(exitOnUnusableSetting),
)
const { ffprobe, confinement, isSandboxed, complaints } = prepared
if (isSandboxed) log.info({ confinement, complaints }, 'ffprobe confined')
else log.warn({ confinement, complaints }, 'ffprobe runs without a sandbox')

const onError = logThrottled('redis or queue failed')
const redis = built.adopt(connectRedis(config.redisUrl, onError), (redis) => redis.disconnect())

const closing = new AbortController()
const onUnavailable = logThrottled('uploads unavailable')
const uploads = await chooseUploads(config, onUnavailable, closing.signal).catch(exitOnUnusableSetting)
const outcomes = redisOutcomes(redis, now)
const recipient = createKeyRecipient()
const openUploads = openUploadsWith(uploads, recipient, sandboxOf)
const probeUpload = withOutcomeLog(probeUploadWith(withInitCache(uploads), ffprobe, outcomes, openUploads))
const probeUploads = probeUploadsWith(probeUpload, createPrioritySemaphore(config.concurrency))
const workers = built.adopt(
  startProbeWorkers(redis, config.concurrency, probeUploads, {
    onFailed,
    onError,
  }),
  // Waits for the probes in flight, unless Redis is gone and cannot save outcomes; another worker retries the others.
  (workers) => Promise.race([workers.close(), whenDisconnected(redis), sleep(10_000)]),
)
// Runs before the workers close: a job whose upload is still being downloaded goes back to the queue.
built.defer(() => closing.abort())
closeOnSignal(built, log)

await workers.waitUntilReady()
// A signal may have closed everything while the workers waited for Redis.
if (!built.disposed) {
  const { publicKey } = recipient
  const worker = { confinement, isSandboxed, concurrency: config.concurrency, publicKey }
  built.use(startHeartbeat(redis, hostname(), worker, () => workers.isRunning()))
  log.info({ concurrency: config.concurrency }, 'taking jobs')
  reportReady()
}

function onFailed(job: string | undefined, attempts: number, error: Error): void {
  // Retention or a client deleted the upload before the probe.
  if (error instanceof UploadGone) log.info({ job, attempts, reason: error.message }, 'nothing to probe')
  else log.warn({ job, attempts, error }, 'probe failed')
}

function logThrottled(message: string): (error: Error) => void {
  return throttle(10_000, Date.now, (error: Error, dropped) => log.error({ error, dropped }, message))
}

function withOutcomeLog(probe: ProbeUpload): ProbeUpload {
  return async function probeAndLog(job, attempt) {
    const started = performance.now()
    const { stream, upload } = job
    const outcome = await probe(job, attempt)
    const durationMs = Math.round(performance.now() - started)
    noteProbe(outcome.state, durationMs)
    // At debug level, because there is one line for each upload; the pages and the wire log show the outcomes.
    log.debug({ stream, upload, state: outcome.state, durationMs }, 'probed')
    return outcome
  }
}

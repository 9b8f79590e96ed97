import type { Logger } from '@pushav/shared/logger.ts'
import { whenReady } from '@pushav/shared/redis/client.ts'
import type { StoreTarget } from '@pushav/shared/store/store-url.ts'
import { x509Reader } from './certificates/x509/reader.ts'
import type { Config } from './config.ts'
import { redisDeviceIndex } from './devices/redis/device-index.ts'
import { createDeviceSums } from './devices/sum-devices.ts'
import { redisEventBus } from './events/redis/redis-event-stream.ts'
import type { VerdictWatch } from './expectations/watch-verdicts.ts'
import { createProbeEnqueuer } from './indexing/enqueue-probes.ts'
import { startIndexer } from './indexing/index-journals.ts'
import { inspectionsOf } from './indexing/inspect-upload.ts'
import { createResultLog } from './indexing/log-results.ts'
import { publishRemovalWith, publishResultsWith } from './indexing/publish-results.ts'
import {
  connectBlocking,
  connectPipelined,
  connectRedis,
  createErrorReport,
} from './indexing/redis/connections.ts'
import { redisIndex } from './indexing/redis/redis-index.ts'
import { redisStoreName } from './indexing/redis/store-name.ts'
import { resolveOvertakenWith } from './indexing/resolve-overtaken.ts'
import { createSessionTimeouts } from './indexing/session-timeouts.ts'
import type { IngestMetrics } from './metrics/ingest-metrics.ts'
import { createProbeQueue } from './probes/queue/probe-queue.ts'
import { redisOutcomes } from './probes/redis/probe-outcomes.ts'
import type { Quotas } from './quotas/quotas.ts'
import { diskInspectionArchive } from './retention/disk/inspection-archive.ts'
import { diskClientCertificates } from './uploads/disk/client-certificates.ts'
import { createIoWorker } from './uploads/disk/io-worker/io-worker.ts'
import { diskJournals } from './uploads/disk/journal-files.ts'
import { diskObjectLinks } from './uploads/disk/object-links.ts'
import { readStoreInstance } from './uploads/disk/store-instance.ts'
import { cacheStreamList } from './uploads/disk/stream-list-cache.ts'
import { openUploadStore } from './uploads/disk/upload-store.ts'
import type { PendingVerdicts } from './uploads/pending-verdicts.ts'
import type { WebhookNotifier } from './webhooks/notify-webhooks.ts'

const deviceSumsEveryMs = 5_000
const progressMs = 5_000
const now = (): Date => new Date()

interface StorageConfig
  extends Pick<
    Config,
    | 'workingDirectory'
    | 'durability'
    | 'redisUrl'
    | 'sessionIdleMs'
    | 'store'
    | 'shipWithinMs'
    | 'cacheBytes'
    | 'storeWaitMs'
  > {
  /** The name of this process among those of the working directory. */
  readonly instance: string
}

/** What follows from the results of the indexer, and from events. */
interface ResultListeners {
  readonly verdicts: PendingVerdicts
  readonly verdictWatch: Pick<VerdictWatch, 'touch' | 'reset'>
  /** Gets the events that this process publishes. */
  readonly notifier: Pick<WebhookNotifier, 'onEvent'>
  readonly metrics: Pick<IngestMetrics, 'judged'>
  readonly quotas: Quotas | null
}

export type Storage = Awaited<ReturnType<typeof openStorage>>

/**
 * Opens the upload store and the journals on the disk, and the object store behind them where one is set, connects to
 * Redis and starts the indexer between the two.
 */
export async function openStorage(
  config: StorageConfig,
  built: AsyncDisposableStack,
  log: Logger,
  { verdicts, verdictWatch, notifier, metrics, quotas }: ResultListeners,
) {
  const { sessionIdleMs: idleMs } = config
  const onError = createErrorReport(log)
  const open = (connect: typeof connectRedis) =>
    built.adopt(connect(config.redisUrl, onError), (client) => client.disconnect())
  const [redis, queueRedis] = [open(connectPipelined), open(connectRedis)]
  await Promise.all([whenReady(redis), whenReady(queueRedis)])
  const shareWith = config.store && (await openShared(config.store, built, log))
  const local = await openDisk(config, built, log)
  const { inStore } = local
  const inRedis = redisStoreName(redis)
  const index = redisIndex(redis)
  const shared =
    shareWith &&
    inStore &&
    (await shareWith(config, { ...local, inStore, inRedis, index, describe: x509Reader.describe }))
  const { journals, uploads, archive, clientCertificates } = shared ?? local
  const store = {
    ...uploads,
    async removeStream(stream: string) {
      await uploads.removeStream(stream)
      await archive.removeStream(stream)
    },
  }

  const probes = built.use(
    createProbeQueue(queueRedis, open(connectBlocking), redisOutcomes(queueRedis), onError),
  )
  const eventBus = built.use(redisEventBus(redis, open(connectBlocking), notifier.onEvent))

  shared?.watchRemovals(eventBus)
  const { links } = shared ?? local

  const devices = redisDeviceIndex(redis)
  const deviceSums = built.use(createDeviceSums({ index, devices, everyMs: deviceSumsEveryMs }))
  const resultLog = built.use(createResultLog(log))
  const sessionTimeouts = built.use(createSessionTimeouts({ index, eventBus, resultLog, idleMs, now }))
  const inspections = inspectionsOf(store, archive, log)
  const publishResults = publishResultsWith({
    verdicts,
    eventBus,
    sessionTimeouts,
    verdictWatch,
    deviceSums,
    resultLog,
    count: metrics.judged,
    quotas,
    links,
    startedAt: now(),
    now,
  })
  const enqueuer = built.use(createProbeEnqueuer(index, probes, log))
  const indexer = built.use(
    startIndexer({
      journals,
      index,
      probes: enqueuer,
      inspections,
      publishResults,
      verdicts,
      resolveOvertaken: resolveOvertakenWith(index, verdicts),
      publishRemoval: publishRemovalWith({ verdicts, eventBus, quotas, links, now }),
      idleMs,
      log,
      retryMs: 500,
      progressMs,
      nowMs: () => performance.now(),
    }),
  )
  return {
    store,
    archive,
    journals,
    links,
    clientCertificates,
    /** Null without an object store. */
    shared,
    redis,
    queueRedis,
    /** Connects when it is first used. */
    webhookRedis: open(connectBlocking),
    index,
    devices,
    deviceSums,
    probes,
    eventBus,
    inspections,
    indexer,
  }
}

/** What this machine stores by itself. */
async function openDisk(config: StorageConfig, built: AsyncDisposableStack, log: Logger) {
  const { workingDirectory, instance, store } = config
  const durability = config.durability === 'power' ? 'power' : 'process'
  const inStore = store && (await readStoreInstance(workingDirectory, instance, nameOfStore(store)))
  const disk = built.use(createIoWorker(durability))
  const ownJournals = await diskJournals(workingDirectory, inStore?.journal ?? instance, log, disk)
  const streams = cacheStreamList(workingDirectory, ownJournals.streams, now)
  const links = await diskObjectLinks(workingDirectory, instance, disk)
  const uploads = await openUploadStore({
    workingDirectory,
    instance,
    disk,
    durability,
    journals: ownJournals,
    links,
  })
  return {
    inStore,
    journals: { ...ownJournals, streams },
    links,
    uploads,
    archive: diskInspectionArchive(workingDirectory),
    clientCertificates: await diskClientCertificates(workingDirectory, x509Reader.describe, durability),
  }
}

/** Loaded only here: the store's client takes time and memory that a server without one does not pay. */
async function openShared(...args: Parameters<OpenObjectStore>): ReturnType<OpenObjectStore> {
  const { openObjectStore } = await import('./uploads/s3/client/open-object-store.ts')
  return openObjectStore(...args)
}

type OpenObjectStore = typeof import('./uploads/s3/client/open-object-store.ts').openObjectStore

const nameOfStore = ({ bucket, prefix, endpoint }: StoreTarget): string =>
  `s3://${bucket}/${prefix}${endpoint ? ` at ${endpoint}` : ''}`

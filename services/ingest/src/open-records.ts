import type { Logger } from '@pushav/shared/logger.ts'
import { whenReady } from '@pushav/shared/redis/client.ts'
import type { Config } from './config.ts'
import { diskBodies } from './disk/bodies.ts'
import { createDiskThread } from './disk/disk-thread.ts'
import { diskJournals } from './disk/journals.ts'
import { listedStreams } from './disk/listed-streams.ts'
import { diskView } from './disk/view.ts'
import { createInspector } from './isobmff/inspector.ts'
import { inspectManifest } from './manifest/inspect-manifest.ts'
import { createProbeQueue } from './queue/probe-queue.ts'
import { connectBlocking, connectGathering, connectRedis, createErrorReport } from './redis/client.ts'
import { redisFeed } from './redis/feed.ts'
import { redisIndex } from './redis/index.ts'
import { redisOutcomes } from './redis/outcomes.ts'
import { announceWith } from './use-cases/announce.ts'
import { createJobForwarder } from './use-cases/forward-jobs.ts'
import { startIndexer } from './use-cases/index-journals.ts'
import { inspectionsOf } from './use-cases/inspect-upload.ts'
import { watchSilence } from './use-cases/silence-watch.ts'
import type { VerdictBoard } from './use-cases/verdict-board.ts'

const now = (): Date => new Date()

/** The record on the disk, and the index in Redis that follows it. */
export async function openRecords(
  config: Pick<Config, 'workingDirectory' | 'instance' | 'redisUrl' | 'sessionIdleMs'>,
  built: AsyncDisposableStack,
  log: Logger,
  verdicts: VerdictBoard,
) {
  const { workingDirectory, instance, sessionIdleMs: idleMs } = config
  const disk = built.use(createDiskThread())
  const bodies = await diskBodies(workingDirectory, instance, disk)
  const kept = await diskJournals(workingDirectory, instance, log, disk)
  const journals = { ...kept, streams: listedStreams(workingDirectory, kept.streams, now) }
  const view = await diskView(workingDirectory, instance, disk)

  const onError = createErrorReport(log)
  const open = (connect: typeof connectRedis) =>
    built.adopt(connect(config.redisUrl, onError), (client) => client.disconnect())
  const [redis, queueing] = [open(connectGathering), open(connectRedis)]
  await Promise.all([whenReady(redis), whenReady(queueing)])
  const index = redisIndex(redis)
  const probes = built.use(
    createProbeQueue(queueing, open(connectBlocking), redisOutcomes(queueing), onError),
  )
  const feed = built.use(redisFeed(redis, open(connectBlocking)))

  const silence = built.use(watchSilence(feed, idleMs, now))
  const inspections = inspectionsOf(bodies, createInspector, inspectManifest)
  const announce = announceWith({ verdicts, feed, silence, view, startedAt: now(), now })
  const jobs = built.use(createJobForwarder(index, probes, log))
  const indexer = built.use(
    startIndexer({ journals, index, jobs, inspections, announce, idleMs, log, retryMs: 500 }),
  )
  return { bodies, journals, view, redis, index, probes, feed, inspections, indexer }
}

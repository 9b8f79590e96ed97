import { createLogger } from '@pushav/shared/logger.ts'
import { exitOnUnusableSetting, settingsOrExit } from '@pushav/shared/settings.ts'
import { readConfig } from './config.ts'
import { createVerdictWatch } from './expectations/watch-verdicts.ts'
import { openInstance } from './instances/disk/instance-locks.ts'
import { restrictFiles } from './instances/disk/restrict-files.ts'
import { noIngestMetrics } from './metrics/ingest-metrics.ts'
import { openStorage } from './open-storage.ts'
import { createPendingVerdicts } from './uploads/pending-verdicts.ts'
import { createWebhookNotifier } from './webhooks/notify-webhooks.ts'

// Empties the index in Redis and the links, and builds both from the journals and bodies. It may run beside ingest
// processes: they notice that the index was emptied and start over.
const config = settingsOrExit(readConfig)
const log = createLogger('reindex', config.logLevel)

await restrictFiles(config.workingDirectory, config.umask, log).catch(exitOnUnusableSetting)
await reindex()
// An open channel to a parent process would keep this one alive.
process.disconnect?.()

async function reindex(): Promise<void> {
  await using built = new AsyncDisposableStack()
  const verdicts = createPendingVerdicts()
  const { name: instance, settle } = built.use(await openInstance(config.workingDirectory, 'reindex'))
  const storage = await openStorage({ ...config, instance }, built, log, {
    verdicts,
    verdictWatch: createVerdictWatch(),
    notifier: createWebhookNotifier(),
    metrics: noIngestMetrics,
    quotas: null,
  })
  const { journals, index, links, indexer } = storage
  const startedMs = performance.now()
  const streams = await journals.streams()
  // Links first: an ingest process that runs beside this one makes them anew as soon as it finds the index empty.
  for (const stream of streams) await links.removeStream(stream)
  await index.forgetAll()
  await indexer.catchUp()
  await settle()
  const counts = await Promise.all(streams.map((stream) => index.summary(stream)))
  const uploads = counts.reduce((sum, summary) => sum + (summary?.totals.uploads ?? 0), 0)
  log.info(
    { streams: streams.length, uploads, tookMs: Math.round(performance.now() - startedMs) },
    'reindexed',
  )
}

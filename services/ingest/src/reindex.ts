import { createLogger } from '@pushav/shared/logger.ts'
import { readConfig } from './config.ts'
import { openRecords } from './open-records.ts'
import { restrictFiles } from './restrict-files.ts'
import { createPendingVerdicts } from './uploads/pending-verdicts.ts'

// Forgets all that Redis and the view know of the streams and makes it anew from the journals and bodies. It may run
// beside ingest processes: they notice that the index was emptied and start over with it.
const config = { ...readConfig(process.env), instance: 'reindex' }
const log = createLogger('reindex', config.logLevel)

await restrictFiles(config.workingDirectory, config.umask, log)
await reindex()
// The channel to a parent would keep this process alive.
process.disconnect?.()

async function reindex(): Promise<void> {
  await using built = new AsyncDisposableStack()
  const { journals, index, view, indexer } = await openRecords(config, built, log, createPendingVerdicts())
  const begun = performance.now()
  const streams = await journals.streams()
  // The view first: an ingest process that runs beside this mends it as soon as it finds the index empty.
  for (const stream of streams) await view.removeStream(stream)
  await index.forgetAll()
  await indexer.catchUp()
  const counts = await Promise.all(streams.map((stream) => index.summary(stream)))
  const uploads = counts.reduce((sum, summary) => sum + (summary?.uploads ?? 0), 0)
  log.info({ streams: streams.length, uploads, tookMs: Math.round(performance.now() - begun) }, 'reindexed')
}

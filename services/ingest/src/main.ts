import { createLogger } from '@pushav/shared/logger.ts'
import { reportReady } from '@pushav/shared/process/ready-report.ts'
import { closeOnSignal } from '@pushav/shared/process/shutdown.ts'
import { exitOnUnusableSetting, settingsOrExit } from '@pushav/shared/settings.ts'
import { readConfig } from './config.ts'
import { restrictFiles } from './instances/disk/restrict-files.ts'
import { startIngest } from './start-ingest.ts'

const config = settingsOrExit(readConfig)
const log = createLogger('ingest', config.logLevel)

const built = new AsyncDisposableStack()
closeOnSignal(built, log)
await restrictFiles(config.workingDirectory, config.umask, log).catch(exitOnUnusableSetting)
const { makeStartTokens } = await startIngest(config, built, log).catch(exitOnUnusableSetting)
log.info({ listen: config.listen }, 'listening')
// The tokens go to a process that shows them to its user, never into a log.
const makesTokens = process.connected && config.makesStartTokens
reportReady(makesTokens ? { access: await makeStartTokens().catch(onFailure) } : {})

function onFailure(error: unknown): null {
  log.warn({ error }, 'no tokens were made for the start; the admin certificate makes them')
  return null
}

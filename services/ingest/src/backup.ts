import { resolve } from 'node:path'
import { createLogger } from '@pushav/shared/logger.ts'
import { settingsOrExit } from '@pushav/shared/settings.ts'
import { copyWorkingDirectory } from './backup/disk/copy-directory.ts'
import { readConfig } from './config.ts'

// Copies the working directory to the folder that is named, while ingest processes run. The copy is a working
// directory of its own: a server that starts on it restores everything.
const config = settingsOrExit(readConfig)
const log = createLogger('backup', config.logLevel)
const [to] = process.argv.slice(2)

process.umask(0o077)
await backup()

async function backup(): Promise<void> {
  if (!to) throw new Error('name the folder of the backup')
  const startedMs = performance.now()
  const summary = await copyWorkingDirectory(config.workingDirectory, resolve(to))
  const took = { ...summary, tookMs: Math.round(performance.now() - startedMs) }
  if (summary.missing > 0) log.warn(took, 'the backup is complete but for bodies that are not there')
  else log.info(took, 'the backup is complete')
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Options } from './options.ts'
import type { Display } from './output/display.ts'
import { makeDirectory, unusableBecause } from './run-directories/make-directory.ts'
import { StartupError } from './startup-error.ts'
import { reasonIn } from './supervisor/startup-reason.ts'

const entryPoint = join(import.meta.dirname, '../../ingest/src/backup.ts')

/** Copies the working directory to a folder, also while a server uses it. Throws a `StartupError` when that fails. */
export async function backup(
  { workingDirectory, backup: folder, logLevel }: Options,
  display: Display,
): Promise<void> {
  if (!workingDirectory) throw new StartupError('say what to back up with --working-directory')
  if (!existsSync(join(workingDirectory, 'journals')))
    throw new StartupError(`there is no working directory of this server at ${workingDirectory}`)
  await makeTarget(folder ?? '')
  const env = {
    ...process.env,
    WORKING_DIRECTORY: workingDirectory,
    LOG_LEVEL: logLevel,
    // Every ingest process requires this setting; a backup does not use it.
    HANDOVER_FILE: join(workingDirectory, 'none'),
  }
  const child = spawn(process.execPath, [entryPoint, folder ?? ''], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const errors: string[] = []
  createInterface({ input: child.stdout }).on('line', (line) => display.showLine('backup', line))
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line))
  const [code] = await once(child, 'close')
  if (code !== 0)
    throw new StartupError(`the backup is not complete: ${reasonIn(errors) ?? `\n${errors.join('\n')}`}`)
}

async function makeTarget(folder: string): Promise<void> {
  try {
    await makeDirectory(folder)
  } catch (error) {
    throw new StartupError(`cannot copy to ${folder}: ${unusableBecause(error)}`)
  }
}

import type { Options } from './options.ts'
import type { Display } from './output/display.ts'
import { redisProcess } from './processes/redis-process.ts'
import { reindexProcess } from './processes/task-processes.ts'
import { openRunDirectories } from './run-directories/run-directories.ts'
import { StartupError } from './startup-error.ts'
import { type ProcessSpec, startProcess } from './supervisor/child-process.ts'
import { shutdownRequested } from './supervisor/shutdown-signals.ts'

/**
 * Rebuilds the index from the journals in the working directory, in the Redis that a server on it would use. Throws a
 * `StartupError` when the index is not complete.
 */
export async function reindex(options: Options, display: Display): Promise<void> {
  if (!options.workingDirectory) throw new StartupError('say what to reindex with --working-directory')
  await using built = new AsyncDisposableStack()
  const directories = built.use(await openRunDirectories(options.workingDirectory, display.log))
  if (!options.redisUrl) await start(redisProcess(directories)).ready
  const indexer = start(reindexProcess(options, directories))
  const requested = shutdownRequested(display.log, () => indexer.kill()).then(() => 'stopped')
  const end = await Promise.race([indexer.exited, requested])
  if (end !== 'exit code 0') throw new StartupError(`the index is not complete: ${end}`)

  function start(spec: ProcessSpec) {
    const child = startProcess(spec, {}, (line) => display.showLine(spec.name, line))
    built.defer(() => child.stop())
    return child
  }
}

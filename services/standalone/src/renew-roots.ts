import type { Options } from './options.ts'
import type { Display } from './output/display.ts'
import { renewRootsProcess } from './processes/task-processes.ts'
import { openRunDirectories } from './run-directories/run-directories.ts'
import { StartupError } from './startup-error.ts'
import { startProcess } from './supervisor/child-process.ts'

/** Renews both roots of the working directory. Throws a `StartupError` when a server uses it or the renewal fails. */
export async function renewRoots(options: Options, display: Display): Promise<void> {
  if (!options.workingDirectory) throw new StartupError('say whose roots to renew with --working-directory')
  await using built = new AsyncDisposableStack()
  const directories = built.use(await openRunDirectories(options.workingDirectory, display.log))
  const spec = renewRootsProcess(options, directories)
  const renewal = startProcess(spec, {}, (line) => display.showLine(spec.name, line))
  built.defer(() => renewal.stop())
  const end = await renewal.exited
  if (end !== 'exit code 0') throw new StartupError(`the roots are not renewed: ${end}`)
}

import { join } from 'node:path'

export const repositoryRoot = join(import.meta.dirname, '../../../..')
const supervisor = join(import.meta.dirname, '../supervisor')
const exitWithParent = join(supervisor, 'exit-with-parent.ts')

/** The shell script that runs a program without an IPC channel and ends it with the supervisor. */
export const exitWithStdin = join(supervisor, 'exit-with-stdin.sh')

/**
 * The command that runs a file of a service and ends soon after its supervisor. `folder` is below the repository root.
 */
export const nodeCommand = (folder: string, file = 'main.ts'): readonly [string, ...string[]] => [
  process.execPath,
  '--import',
  exitWithParent,
  join(repositoryRoot, folder, 'src', file),
]

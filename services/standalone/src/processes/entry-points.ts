import { join } from 'node:path'

export const repositoryRoot = join(import.meta.dirname, '../../../..')
const supervisor = join(import.meta.dirname, '../supervisor')
const exitWithParent = join(supervisor, 'exit-with-parent.ts')

/** The shell script under which a program runs that has no IPC channel. */
export const exitWithStdin = join(supervisor, 'exit-with-stdin.sh')

/** The command of a process of a service, which exits soon after its supervisor. `folder` is below the root. */
export const nodeCommand = (folder: string, file = 'main.ts'): readonly [string, ...string[]] => [
  process.execPath,
  '--import',
  exitWithParent,
  join(repositoryRoot, folder, 'src', file),
]

import { availableParallelism } from 'node:os'
import { run } from '../server/run.ts'

/** The cores for servers and for the load generator, which would otherwise slow each other down. */
export const cores = { server: 0, client: 1 } as const

export const isPinning = availableParallelism() > 1 && (await isInstalled('taskset'))

/** The command line that runs a command and its children on one core, if the machine has taskset and a second core. */
export const pinned = (
  core: number,
  command: readonly [string, ...string[]],
): readonly [string, ...string[]] => (isPinning ? ['taskset', '-c', String(core), ...command] : command)

async function isInstalled(name: string): Promise<boolean> {
  return (await run('sh', ['-c', 'command -v "$1"', 'sh', name])).code === 0
}

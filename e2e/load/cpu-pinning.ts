import { availableParallelism } from 'node:os'
import { run } from '../server/run.ts'

/** Servers have one core to themselves, the generator has the other. */
export const cores = { server: 0, client: 1 } as const

export const isPinning = availableParallelism() > 1 && (await isInstalled('taskset'))

/** The command, with all it starts, on one core where the machine can do that. */
export const pinned = (
  core: number,
  command: readonly [string, ...string[]],
): readonly [string, ...string[]] => (isPinning ? ['taskset', '-c', String(core), ...command] : command)

async function isInstalled(name: string): Promise<boolean> {
  return (await run('sh', ['-c', 'command -v "$1"', 'sh', name])).code === 0
}

import { run } from '../support/run.ts'

/** Whether a program can be started by its name. */
export async function isInstalled(name: string): Promise<boolean> {
  return (await run('sh', ['-c', 'command -v "$1"', 'sh', name])).code === 0
}

import { type ProcessName, pidOf } from './processes.ts'
import type { Standalone } from './standalone.ts'

/** Stops a process of the server as if it hung, until disposed of. */
export async function pauseProcess({ pid }: Standalone, name: ProcessName): Promise<Disposable> {
  const paused = await pidOf(pid, name)
  process.kill(paused, 'SIGSTOP')
  return { [Symbol.dispose]: () => void process.kill(paused, 'SIGCONT') }
}

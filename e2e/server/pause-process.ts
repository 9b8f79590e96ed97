import { type ProcessName, pidOf } from './processes.ts'
import type { Standalone } from './standalone.ts'

/** Pauses a process of the server, as if it hung, until disposal. */
export async function pauseProcess({ pid }: Standalone, name: ProcessName): Promise<Disposable> {
  const paused = await pidOf(pid, name)
  process.kill(paused, 'SIGSTOP')
  return { [Symbol.dispose]: () => void process.kill(paused, 'SIGCONT') }
}

import { pidOf } from '../support/processes.ts'
import type { Standalone } from '../support/standalone.ts'

/** Holds the probe worker until disposed of, so that probes wait and take nobody's time. */
export async function pauseProbes({ pid }: Standalone): Promise<Disposable> {
  const worker = await pidOf(pid, 'probe')
  process.kill(worker, 'SIGSTOP')
  return { [Symbol.dispose]: () => void process.kill(worker, 'SIGCONT') }
}

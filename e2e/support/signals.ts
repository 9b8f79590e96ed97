import { type PartName, pidOf } from './processes.ts'
import type { Standalone } from './standalone.ts'

/** Stops a process of the server as if it hung, until disposed of. */
export async function stopped({ pid }: Standalone, part: PartName): Promise<Disposable> {
  const process_ = await pidOf(pid, part)
  process.kill(process_, 'SIGSTOP')
  return { [Symbol.dispose]: () => void process.kill(process_, 'SIGCONT') }
}

import { readFile } from 'node:fs/promises'
import { type ProcessName, pidOf } from '../server/processes.ts'

/** The peak memory of each process of a server, in MiB. */
export interface MemoryWatch extends Disposable {
  readonly peaks: ReadonlyMap<ProcessName, number>
}

const everyMs = 1_000

/** Reads the memory of the processes once a second. They may start and exit in the meantime. */
export function watchMemory(pid: () => number): MemoryWatch {
  const peaks = new Map<ProcessName, number>()
  const timer = setInterval(() => void lookAtAll(), everyMs)
  return { peaks, [Symbol.dispose]: () => clearInterval(timer) }

  async function lookAtAll(): Promise<void> {
    for (const name of ['ingest', 'proxy', 'probe'] as const) {
      const status = await pidOf(pid(), name)
        .then((found) => readFile(`/proc/${found}/status`, 'utf8'))
        .catch(() => '')
      const mebibytes = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024
      peaks.set(name, Math.max(peaks.get(name) ?? 0, mebibytes))
    }
  }
}

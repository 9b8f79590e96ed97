import { readFile, writeFile } from 'node:fs/promises'
import { type ProcessName, pidOf } from '../../server/processes.ts'
import type { Standalone } from '../../server/standalone.ts'
import { measuredProcesses } from './measured-processes.ts'

/** Memory of each process in MiB, without a Redis that is not the server's own. */
export type ResidentMemory = Readonly<Partial<Record<ProcessName, number>>>

/** Memory of each process now, or its peak since `forgetPeaks`. */
export async function residentMemory(server: Standalone, which: 'now' | 'peak'): Promise<ResidentMemory> {
  const label = which === 'now' ? 'VmRSS' : 'VmHWM'
  const read = (await running(server)).map(async ({ part, pid }) => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8')
    const [, kilobytes] = new RegExp(`^${label}:\\s+(\\d+) kB`, 'm').exec(status) ?? []
    return [part, Number(kilobytes) / 1024] as const
  })
  return Object.fromEntries(await Promise.all(read))
}

/** proc(5): 5 written to clear_refs resets the peak. */
export async function forgetPeaks(server: Standalone): Promise<void> {
  for (const { pid } of await running(server)) await writeFile(`/proc/${pid}/clear_refs`, '5')
}

async function running(server: Standalone): Promise<{ part: ProcessName; pid: number }[]> {
  const found = measuredProcesses.map(async (part) => {
    const pid = await pidOf(server.pid, part).catch(() => null)
    return pid === null ? [] : [{ part, pid }]
  })
  return (await Promise.all(found)).flat()
}

/** Growth of each process, in figures whose names begin with a prefix. */
export function memoryGrowth(
  name: string,
  before: ResidentMemory,
  after: ResidentMemory,
): Record<string, number> {
  const each = measuredProcesses.map(
    (part) => [`${name} ${part}`, Math.max(0, (after[part] ?? 0) - (before[part] ?? 0))] as const,
  )
  const sizes = each.map(([, size]) => size)
  const all = sizes.reduce((sum, size) => sum + size, 0)
  return { ...Object.fromEntries(each), [`${name} most`]: Math.max(...sizes), [`${name} all`]: all }
}

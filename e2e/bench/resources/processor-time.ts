import { readFile } from 'node:fs/promises'
import { type ProcessName, pidOf, pidsBelow } from '../../server/processes.ts'
import type { Standalone } from '../../server/standalone.ts'
import { measuredProcesses } from './measured-processes.ts'

/** Processor time of processes, and of children that they waited for, in milliseconds by name. */
export type ProcessorTime<Name extends string = string> = ReadonlyMap<Name, number>

/** Linux counts processor time in hundredths of a second. */
const msPerTick = 10

export async function processorTime(server: Standalone): Promise<ProcessorTime<ProcessName>> {
  return new Map(
    await Promise.all(
      measuredProcesses.map(async (part) => [part, await usedBy(await pidOf(server.pid, part))] as const),
    ),
  )
}

/** Processor time of a process and all its descendants, in milliseconds. */
export async function processorTimeBelow(pid: number): Promise<number> {
  const used = await Promise.all([pid, ...(await pidsBelow(pid))].map(usedBy))
  return used.reduce((sum, ms) => sum + ms, 0)
}

async function usedBy(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  // proc(5): utime, stime, cutime and cstime are fields 14 to 17, the third is the first after the name.
  const ticks = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 15)
  return ticks.reduce((sum, ticks) => sum + Number(ticks), 0) * msPerTick
}

/** Processor time between two readings for one of `uploads` uploads, in microseconds: in all and by name. */
export function timePerUpload(
  before: ProcessorTime,
  after: ProcessorTime,
  uploads: number,
): Record<string, number> {
  if (after.size === 0 || uploads === 0) return {}
  const used = [...after].map(
    ([name, ms]) => [name, ((ms - (before.get(name) ?? 0)) * 1_000) / uploads] as const,
  )
  const all = used.reduce((sum, [, us]) => sum + us, 0)
  const each = used.length > 1 ? used.map(([name, us]) => [`µs ${name}`, us]) : []
  return { µs: all, ...Object.fromEntries(each) }
}

import { readFile } from 'node:fs/promises'
import { type PartName, pidOf } from '../support/processes.ts'
import type { Standalone } from '../support/standalone.ts'
import { parts } from './parts.ts'

/** Linux counts processor time in hundredths of a second. */
const msPerTick = 10

/** What each process and those that it waited for have used so far, in milliseconds. */
export async function processorTime(server: Standalone): Promise<ReadonlyMap<PartName, number>> {
  const read = parts.map(async (part) => {
    const stat = await readFile(`/proc/${await pidOf(server.pid, part)}/stat`, 'utf8')
    // proc(5): utime, stime, cutime and cstime are fields 14 to 17, the third is the first after the name.
    const ticks = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 15)
    return [part, ticks.reduce((sum, ticks) => sum + Number(ticks), 0) * msPerTick] as const
  })
  return new Map(await Promise.all(read))
}

/** What each used since then for one of so many uploads. */
export async function timePerUpload(
  server: Standalone,
  since: ReadonlyMap<PartName, number>,
  uploads: number,
): Promise<Record<string, number>> {
  const now = await processorTime(server)
  const used = parts.map((part) => [part, (now.get(part) ?? 0) - (since.get(part) ?? 0)] as const)
  return Object.fromEntries(used.map(([part, ms]) => [`cpu ${part}`, ms / Math.max(1, uploads)]))
}

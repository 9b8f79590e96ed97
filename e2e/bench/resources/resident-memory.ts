import { readFile, writeFile } from 'node:fs/promises'
import { type PartName, pidOf } from '../../server/processes.ts'
import type { Standalone } from '../../server/standalone.ts'
import { parts } from './measured-processes.ts'

/** Memory of each process in MiB; without Redis where it is not the server's own. */
export type Resident = Readonly<Partial<Record<PartName, number>>>

/** What each process has now, or had at most since `forgetPeaks`. */
export async function resident(server: Standalone, which: 'now' | 'peak'): Promise<Resident> {
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

async function running(server: Standalone): Promise<{ part: PartName; pid: number }[]> {
  const found = parts.map(async (part) => {
    const pid = await pidOf(server.pid, part).catch(() => null)
    return pid === null ? [] : [{ part, pid }]
  })
  return (await Promise.all(found)).flat()
}

/** By how much each process grew, under names that begin so. */
export function grown(name: string, before: Resident, after: Resident): Record<string, number> {
  const each = parts.map(
    (part) => [`${name} ${part}`, Math.max(0, (after[part] ?? 0) - (before[part] ?? 0))] as const,
  )
  const sizes = each.map(([, size]) => size)
  const all = sizes.reduce((sum, size) => sum + size, 0)
  return { ...Object.fromEntries(each), [`${name} most`]: Math.max(...sizes), [`${name} all`]: all }
}

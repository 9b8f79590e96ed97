import { readFile, writeFile } from 'node:fs/promises'
import { type PartName, pidOf } from '../support/processes.ts'
import type { Standalone } from '../support/standalone.ts'
import { parts } from './parts.ts'

/** Memory of each process in MiB. */
export type Resident = Readonly<Record<PartName, number>>

/** What each process has now, or had at most since `forgetPeaks`. */
export async function resident(server: Standalone, which: 'now' | 'peak'): Promise<Resident> {
  const label = which === 'now' ? 'VmRSS' : 'VmHWM'
  const read = parts.map(async (part) => {
    const status = await readFile(`/proc/${await pidOf(server.pid, part)}/status`, 'utf8')
    const [, kilobytes] = new RegExp(`^${label}:\\s+(\\d+) kB`, 'm').exec(status) ?? []
    return [part, Number(kilobytes) / 1024] as const
  })
  return Object.fromEntries(await Promise.all(read)) as Resident
}

/** proc(5): 5 written to clear_refs resets the peak. */
export async function forgetPeaks(server: Standalone): Promise<void> {
  for (const part of parts) await writeFile(`/proc/${await pidOf(server.pid, part)}/clear_refs`, '5')
}

/** By how much each process grew, under names that begin so. */
export function grown(name: string, before: Resident, after: Resident): Record<string, number> {
  const each = parts.map((part) => [`${name} ${part}`, Math.max(0, after[part] - before[part])] as const)
  const sizes = each.map(([, size]) => size)
  const all = sizes.reduce((sum, size) => sum + size, 0)
  return { ...Object.fromEntries(each), [`${name} most`]: Math.max(...sizes), [`${name} all`]: all }
}

import { readdir, readFile } from 'node:fs/promises'
import { pidOf } from '../../support/processes.ts'
import type { Standalone } from '../../support/standalone.ts'

/** Who uses the processor: `ffprobe` is all that the probe worker starts. */
export type Payer = 'proxy' | 'ingest' | 'redis' | 'probe' | 'ffprobe'

/** Linux counts processor time in hundredths of a second. */
const usPerTick = 10_000

/** Microseconds that each has used so far. */
export async function costs({ pid }: Standalone): Promise<Readonly<Record<Payer, number>>> {
  const all = await everyProcess()
  const of = async (part: Exclude<Payer, 'ffprobe'>) => all.get(await pidOf(pid, part))
  const [proxy, ingest, redis, probe] = await Promise.all([
    of('proxy'),
    of('ingest'),
    of('redis'),
    of('probe'),
  ])
  const below = probe ? descendants(probe.pid, [...all.values()]) : []
  // A child that has ended is told by who waited for it; a launcher that has, by the worker.
  const ffprobe = below.reduce((sum, { own, ended }) => sum + own + ended, probe?.ended ?? 0)
  const us = (used: Used | undefined) => (used ? used.own * usPerTick : 0)
  return {
    proxy: us(proxy),
    ingest: us(ingest),
    redis: us(redis),
    probe: us(probe),
    ffprobe: ffprobe * usPerTick,
  }
}

/** Ticks of a process, and of its children that have ended and been waited for. */
interface Used {
  readonly pid: number
  readonly parent: number
  readonly own: number
  readonly ended: number
}

function descendants(pid: number, all: readonly Used[]): readonly Used[] {
  const children = all.filter(({ parent }) => parent === pid)
  return children.flatMap((child) => [child, ...descendants(child.pid, all)])
}

async function everyProcess(): Promise<ReadonlyMap<number, Used>> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const read = await Promise.all(pids.map((pid) => usedBy(pid).catch(() => null)))
  return new Map(read.flatMap((used) => (used ? [[used.pid, used] as const] : [])))
}

/** proc(5): the parent is field 4, utime, stime, cutime and cstime are fields 14 to 17; the name is field 2. */
async function usedBy(pid: number): Promise<Used> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15)
  return { pid, parent: fields[1] ?? 0, own: user + system, ended: childUser + childSystem }
}

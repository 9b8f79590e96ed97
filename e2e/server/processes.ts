import { readdir, readFile } from 'node:fs/promises'

/** The processes that a standalone consists of. */
export type ProcessName = 'proxy' | 'ingest' | 'probe' | 'redis'

const commandOf: Record<ProcessName, RegExp> = {
  proxy: /\/proxy\/src\/main\.ts/,
  ingest: /\/services\/ingest\/src\/main\.ts/,
  probe: /\/services\/probe\/src\/main\.ts/,
  redis: /^redis-server /,
}

export interface Process {
  readonly pid: number
  readonly parent: number
  /** Its arguments, as every user of the machine sees them. */
  readonly command: string
  /** What it was started with, as this user sees it; empty where that cannot be read. */
  readonly environment: string
}

/** Whether a process is that part. */
export const isPart = ({ command }: Process, part: ProcessName): boolean => commandOf[part].test(command)

/** The process id of a part below the given process. */
export async function pidOf(ancestor: number, part: ProcessName): Promise<number> {
  const all = await processes()
  const found = below(ancestor, all).find((process) => isPart(process, part))
  if (!found) throw new Error(`${part} does not run below ${ancestor}`)
  return found.pid
}

/** All that a process has started, and they, as they are now. */
export const processesBelow = async (ancestor: number): Promise<readonly Process[]> =>
  below(ancestor, await processes())

/** The process ids of all that a process has started, and they. */
export async function pidsBelow(ancestor: number): Promise<number[]> {
  return below(ancestor, await processes()).map(({ pid }) => pid)
}

function below(ancestor: number, all: readonly Process[]): Process[] {
  const children = all.filter(({ parent }) => parent === ancestor)
  return children.flatMap((child) => [child, ...below(child.pid, all)])
}

async function processes(): Promise<Process[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const read = await Promise.all(pids.map(readProcess))
  return read.filter((process) => process !== null)
}

/** Null for one that has just ended. The name in `stat` may hold spaces, so it is passed over by its bracket. */
async function readProcess(pid: string): Promise<Process | null> {
  try {
    const [stat, command, environment] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
      readFile(`/proc/${pid}/environ`, 'utf8').catch(() => ''),
    ])
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const ids = { pid: Number(pid), parent: Number(parent) }
    return { ...ids, command: command.replaceAll('\0', ' '), environment }
  } catch {
    return null
  }
}

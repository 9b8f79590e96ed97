import { readdir, readFile } from 'node:fs/promises'

/** The processes of a standalone. */
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
  /** Its arguments, which every user of the machine can see. */
  readonly command: string
  /** Its environment, if this user may read it; else empty. */
  readonly environment: string
}

/** Whether a process is that part of a standalone. */
export const isPart = ({ command }: Process, part: ProcessName): boolean => commandOf[part].test(command)

/** The process id of a part below the given process. */
export async function pidOf(ancestor: number, part: ProcessName): Promise<number> {
  const all = await processes()
  const found = below(ancestor, all).find((process) => isPart(process, part))
  if (!found) throw new Error(`${part} does not run below ${ancestor}`)
  return found.pid
}

/** All descendants of a process. */
export const processesBelow = async (ancestor: number): Promise<readonly Process[]> =>
  below(ancestor, await processes())

/** The process ids of all descendants of a process. */
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

/** Reads a process; null when it has just exited. Skips the name in `stat` up to its bracket, as it may have spaces. */
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

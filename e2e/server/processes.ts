import { readdir, readFile } from 'node:fs/promises'

/** The processes that a standalone consists of. */
export type ProcessName = 'proxy' | 'ingest' | 'probe' | 'redis'

const commandOf: Record<ProcessName, RegExp> = {
  proxy: /\/proxy\/src\/main\.ts/,
  ingest: /\/services\/ingest\/src\/main\.ts/,
  probe: /\/services\/probe\/src\/main\.ts/,
  redis: /^redis-server /,
}

interface Process {
  readonly pid: number
  readonly parent: number
  readonly command: string
}

/** The process id of a part below the given process. */
export async function pidOf(ancestor: number, part: ProcessName): Promise<number> {
  const all = await processes()
  const found = below(ancestor, all).find(({ command }) => commandOf[part].test(command))
  if (!found) throw new Error(`${part} does not run below ${ancestor}`)
  return found.pid
}

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
    const [stat, command] = await Promise.all([
      readFile(`/proc/${pid}/stat`, 'utf8'),
      readFile(`/proc/${pid}/cmdline`, 'utf8'),
    ])
    const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return { pid: Number(pid), parent: Number(parent), command: command.replaceAll('\0', ' ') }
  } catch {
    return null
  }
}

import { spawn } from 'node:child_process'
import { once } from 'node:events'

/** A counter of system calls of processes. */
export interface SystemCallCounter extends AsyncDisposable {
  /** Stops counting. Resolves with the calls for one of `uploads` uploads, by `calls` and the name of the processes. */
  perUpload(uploads: number): Promise<Record<string, number>>
}

/** Starts strace on processes and their threads. Throws when strace is missing or not allowed. */
export async function countSystemCalls(
  processes: ReadonlyMap<string, readonly number[]>,
): Promise<SystemCallCounter> {
  await using built = new AsyncDisposableStack()
  const counted = [...processes].map(([name, pids]) => {
    const which = pids.flatMap((pid) => ['-p', String(pid)])
    const child = spawn('strace', ['-f', '-c', ...which], { stdio: ['ignore', 'ignore', 'pipe'] })
    const closed = once(child, 'close')
    built.defer(async () => {
      child.kill('SIGINT')
      await closed
    })
    const said: string[] = []
    child.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text))
    return { name, child, closed, attached: once(child.stderr, 'data'), said }
  })
  await Promise.all(counted.map(({ attached }) => attached))
  const running = built.move()
  return {
    async perUpload(uploads) {
      for (const { child } of counted) child.kill('SIGINT')
      await Promise.all(counted.map(({ closed }) => closed))
      return Object.fromEntries(
        counted.map(({ name, said }) => [`calls ${name}`, callsIn(said.join('')) / uploads]),
      )
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** strace(1), -c: the last line is the sum; its fourth column is the number of calls. */
function callsIn(summary: string): number {
  const total = summary.trim().split('\n').at(-1)?.trim().split(/\s+/)
  if (total?.at(-1) !== 'total') throw new Error(`strace says: ${summary.slice(0, 500)}`)
  return Number(total[3])
}

import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'

/** Standard output that never blocks: it drops text while a megabyte waits for a reader. */
interface StandardOutput {
  write(text: string): void
  /** Waits up to half a second until a reader has taken all text. Write nothing afterwards. */
  flush(): Promise<void>
}

const maxPendingBytes = 2 ** 20
const flushTimeoutMs = 500

export function openStandardOutput(): StandardOutput {
  const output = pino.destination({ dest: 1, sync: false, maxLength: maxPendingBytes })
  const { promise: flushed, resolve } = Promise.withResolvers<boolean>()
  output.once('close', () => resolve(true))
  output.once('error', () => resolve(true))
  return { write: (text) => void output.write(text), flush }

  async function flush(): Promise<void> {
    output.end()
    if (await Promise.race([flushed, sleep(flushTimeoutMs, false)])) return
    // When no process reads, for instance after Ctrl-S, pino's last flush and Node's pending write would never end.
    output.flushSync = () => {}
    process.on('exit', () => process.kill(process.pid, 'SIGKILL'))
  }
}

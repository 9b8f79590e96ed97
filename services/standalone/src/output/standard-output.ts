import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'

/** Standard output that never blocks: beyond a megabyte that no process reads, text is dropped. */
interface StandardOutput {
  write(text: string): void
  /** Waits up to half a second for a reader to take what was written; nothing may be written afterwards. */
  flush(): Promise<void>
}

const maxBytes = 2 ** 20
const flushTimeoutMs = 500

export function openStandardOutput(): StandardOutput {
  const output = pino.destination({ dest: 1, sync: false, maxLength: maxBytes })
  const { promise: flushed, resolve } = Promise.withResolvers<boolean>()
  output.once('close', () => resolve(true))
  output.once('error', () => resolve(true))
  return { write: (text) => void output.write(text), flush }

  async function flush(): Promise<void> {
    output.end()
    if (await Promise.race([flushed, sleep(flushTimeoutMs, false)])) return
    // No process reads, for instance after Ctrl-S: pino's last flush and its writing thread would never end.
    output.flushSync = () => {}
    process.on('exit', () => process.kill(process.pid, 'SIGKILL'))
  }
}

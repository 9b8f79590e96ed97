import { setTimeout as after } from 'node:timers/promises'
import { pino } from 'pino'

/** Standard output that never makes anybody wait: what nobody reads is dropped beyond a megabyte. */
export interface Output {
  write(text: string): void
  /** Gives what was written last half a second to be read; nothing may be written afterwards. */
  flush(): Promise<void>
}

export function standardOutput(): Output {
  const output = pino.destination({ dest: 1, sync: false, maxLength: 2 ** 20 })
  const { promise: over, resolve } = Promise.withResolvers<boolean>()
  output.once('close', () => resolve(true))
  output.once('error', () => resolve(true))
  return { write: (text) => void output.write(text), flush }

  async function flush(): Promise<void> {
    output.end()
    if (await Promise.race([over, after(500, false)])) return
    // Nobody reads, for instance after Ctrl-S: pino's last flush and the thread that writes would never end.
    output.flushSync = () => {}
    process.on('exit', () => process.kill(process.pid, 'SIGKILL'))
  }
}

import { ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Reachable } from './curl.ts'

/** Subscribes to events with curl, which prints each line without delay. */
export async function watchEvents(server: Reachable, path: string, args: readonly string[] = []) {
  const always = ['-sSN', '--cacert', server.rootCertificate]
  const child = spawn('curl', [...always, ...args, `${server.url}${path}`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  // biome-ignore lint/suspicious/noExplicitAny: events are looked into freely here
  const seen: any[] = []
  ok(String((await lines.next()).value).startsWith(':'))
  return {
    seen,
    /** Reads events until `count` events of a kind have arrived. Call it once. */
    async until(kind: string, count = 1): Promise<void> {
      for await (const line of { [Symbol.asyncIterator]: () => lines }) {
        if (line.startsWith('data: ')) seen.push(JSON.parse(line.slice(6)))
        if (seen.filter((event) => event.kind === kind).length === count) return
      }
      throw new Error(`no ${kind} came`)
    },
    [Symbol.dispose]: () => void child.kill(),
  }
}

import { ok } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Reachable } from './curl.ts'

/** curl as a client of the events: it prints each line as it comes. */
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
    /** Everything up to and with the first events of a kind; to be called once. */
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

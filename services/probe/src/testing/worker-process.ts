import { fork } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { bareEnv } from '@pushav/shared/testing/bare-env.ts'

const main = new URL('../main.ts', import.meta.url).pathname

export type WorkerProcess = Awaited<ReturnType<typeof startWorkerProcess>>

/** Starts the worker as a process and keeps its log lines. */
export async function startWorkerProcess(settings: Record<string, string>) {
  const env = { ...bareEnv(), ...settings }
  const child = fork(main, { env, silent: true })
  if (!child.stdout || !child.stderr) throw new Error('a silent fork has pipes')
  const logged: Record<string, unknown>[] = []
  let complaint = ''
  const lines = createInterface(child.stdout).on('line', (line) => logged.push(JSON.parse(line)))
  child.stderr.on('data', (bytes) => {
    complaint += bytes
  })
  const exit = once(child, 'close')
  const ready = once(child, 'message').then(() => true)
  await Promise.race([ready, exit])

  return {
    logged,
    complaint: () => complaint,
    async logs(level: string) {
      while (!logged.some((line) => line.level === level)) await once(lines, 'line')
    },
    async end(signal: NodeJS.Signals): Promise<number | null> {
      child.kill(signal)
      return (await exit)[0]
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) await this.end('SIGKILL')
    },
  }
}

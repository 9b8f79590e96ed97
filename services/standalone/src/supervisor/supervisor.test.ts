import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { closeSync, openSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { createDisplay } from '../output/display.ts'
import type { ProcessSpec } from './child-process.ts'
import { supervise } from './supervisor.ts'

let livenessFifo = 0
const lines: string[] = []
const display = createDisplay({ write: (text: string) => lines.push(text) }, 'info', false)

/** A process that runs a script, which finds in BEFORE the port it had before. */
function spec(script: string, facts: Partial<ProcessSpec> = {}): ProcessSpec {
  return {
    name: 'part',
    command: [process.execPath, '-e', script],
    env: ({ port }) => ({ ...process.env, BEFORE: String(port ?? '') }),
    readyOn: 'message',
    shows: () => true,
    stopTimeoutMs: 5_000,
    livenessFifo,
    ...facts,
  }
}

const until = async (isSo: () => boolean) => {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve))
}

describe('supervise', () => {
  before(() => {
    livenessFifo = openSync('/dev/null', 'r')
  })
  after(() => closeSync(livenessFifo))
  beforeEach(() => void lines.splice(0))

  it('restarts a process that exited, on the same port', async () => {
    const script = `process.send({ ready: true, port: 77 }, () => {
      console.log('before:' + process.env.BEFORE + '.')
      if (process.env.BEFORE === '') process.exit(1)
    })
    process.on('disconnect', () => process.exit(0))`
    const supervised = supervise(spec(script), display)
    deepEqual((await supervised.ready).port, 77)
    await until(() => lines.some((line) => line.includes('before:77.')))
    match(lines.join(''), /process exited, restarting it.+exit code 1/)
    await supervised.stop()
    await supervised.ended
  })

  it('gives up at the third exit within a minute, with its last lines', async () => {
    const script = `console.error('ouch'); process.send({ ready: true }, () => process.exit(3))`
    const supervised = supervise(spec(script), display)
    await rejects(supervised.ended, /part exited too often \(exit code 3\); its last lines:\n\s+ouch/)
    equal(lines.filter((line) => line.includes('restarting it')).length, 2)
  })

  it('does not start again what was never ready', async () => {
    const supervised = supervise(spec(`console.log('bad luck'); process.exit(1)`), display)
    await rejects(supervised.ended, /part did not start \(exit code 1\).+\n\s+bad luck/)
  })

  it('says in one sentence which settings are bad', async () => {
    const supervised = supervise(
      spec(`console.error('bad settings: A must be a port'); process.exit(1)`),
      display,
    )
    await rejects(supervised.ended, { message: 'part did not start (exit code 1): A must be a port' })
  })

  it('says why in the words of the error that a Node process throws at its start, without its stack', async () => {
    const thrown = supervise(
      spec(`throw new Error('KEYLOG: /x cannot be written', { cause: new Error('no') })`),
      display,
    )
    await rejects(thrown.ended, { message: 'part did not start (exit code 1): KEYLOG: /x cannot be written' })
    const bug = supervise(spec(`null.x`), display)
    await rejects(bug.ended, /its last lines:.+TypeError.+at /s)
  })

  it('says what is wrong when the command does not exist', async () => {
    const supervised = supervise(spec('', { command: ['/no/such/command'] }), display)
    await rejects(supervised.ended, /part did not start \(.*ENOENT/)
  })

  it('kills what does not stop in time, with all it started', async () => {
    const script = `require('node:child_process').spawn('sleep', ['60'], { stdio: 'inherit' })
      process.on('SIGTERM', () => {})
      process.on('disconnect', () => {})
      process.send({ ready: true })`
    const supervised = supervise(spec(script, { stopTimeoutMs: 100 }), display)
    await supervised.ready
    await supervised.stop()
    await supervised.ended
  })

  it('shows lines that are no JSON, under the name of the process', async () => {
    const script = `console.error('a warning'); process.send({ ready: true }, () => process.disconnect())`
    const supervised = supervise(spec(script), display)
    await supervised.ready
    await until(() => lines.some((line) => /WARN.+part: a warning/.test(line)))
    await supervised.stop()
  })

  it('restarts a process whose sources change, on the same port and however often', async () => {
    await using directory = await temporaryDirectory()
    const script = `process.send({ ready: true, port: 77 }); console.log('before:' + process.env.BEFORE + '.')
      process.on('disconnect', () => process.exit(0))`
    const supervised = supervise(spec(script, { sources: [directory.path] }), display)
    await supervised.ready
    for (const count of [1, 2, 3, 4]) {
      await writeFile(join(directory.path, 'changed.ts'), String(count))
      await until(() => lines.filter((line) => line.includes('process restarted')).length === count)
      await until(() => lines.filter((line) => line.includes('before:77.')).length === count)
    }
    equal(lines.filter((line) => line.includes('process exited')).length, 0)
    await supervised.stop()
    await supervised.ended
  })

  it('waits for a change of watched sources when the process exits by itself', async () => {
    await using directory = await temporaryDirectory()
    const main = join(directory.path, 'main.ts')
    await writeFile(main, 'throw new Error("a slip")')
    const command = [process.execPath, main] as const
    const supervised = supervise(spec('', { command, sources: [directory.path] }), display)
    await until(() => lines.some((line) => line.includes('waiting for its sources to change')))
    await writeFile(main, 'process.send?.({ ready: true }, () => process.disconnect?.())')
    await supervised.ready
    await supervised.stop()
    await supervised.ended
  })
})

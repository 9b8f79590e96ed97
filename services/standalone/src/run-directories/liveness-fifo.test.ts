import { equal } from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { killing, listenTo } from '../testing/launch.ts'
import { openLivenessFifo, waitUntilReleased } from './liveness-fifo.ts'

describe('waitUntilReleased', () => {
  it('waits for the last process that holds the FIFO', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'liveness.fifo')
    const holder = `const { openLivenessFifo } = await import('${join(import.meta.dirname, 'liveness-fifo.ts')}')
      const stdio = ['ignore', 'ignore', 'ignore', openLivenessFifo('${path}')]
      const { pid } = (await import('node:child_process')).spawn('sleep', ['60'], { stdio, detached: true })
      console.log('holder', pid)
      setInterval(() => {}, 1000)`
    const parent = listenTo(spawn(process.execPath, ['--input-type=module', '-e', holder]))
    await using _ = killing(parent)
    const [, pid] = await parent.saying(/holder (\d+)/)
    parent.process.kill('SIGKILL')
    await parent.ended
    equal(await waitUntilReleased(path, 50), false)
    const released = waitUntilReleased(path, 10_000)
    process.kill(Number(pid))
    equal(await released, true)
    equal(await waitUntilReleased(path, 50), true)
  })

  it('can be used right after openLivenessFifo made it', async () => {
    await using directory = await temporaryDirectory()
    equal(openLivenessFifo(join(directory.path, 'liveness.fifo')) > 2, true)
  })
})

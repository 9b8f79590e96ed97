import { deepEqual, equal, rejects } from 'node:assert/strict'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { run } from './run.ts'

describe('run', () => {
  it('gives the output and exit code of a command', async () => {
    const { code, stdout, stderr } = await run('sh', ['-c', 'cat; echo no >&2; exit 3'], { input: 'yes' })
    deepEqual([code, String(stdout), stderr], [3, 'yes', 'no\n'])
  })

  it('throws for a command that is not there, and leaves no timer behind', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
    // By then mocha has started its own.
    await nextTurn()
    const before = timers()
    await rejects(run('no-such-command', []), { code: 'ENOENT' })
    equal(timers(), before)
  })
})

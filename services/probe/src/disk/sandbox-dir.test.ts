import { equal } from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { utimes, writeFile } from 'node:fs/promises'
import { createSandboxDir, downloadInto, removeStaleSandboxDirs } from './sandbox-dir.ts'

describe('removeStaleSandboxDirs', () => {
  it('removes what was left behind long ago and nothing that may be in use', async () => {
    using old = createSandboxDir(null, Buffer.from('init'))
    using young = createSandboxDir(null, null)
    await utimes(old.directory, 0, Date.now() / 1_000 - 700)
    using busy = await downloadInto(null, (path) => writeFile(path, 'so far'))
    await utimes(busy.directory, 0, Date.now() / 1_000 - 700)
    await removeStaleSandboxDirs(Date.now())
    equal(existsSync(busy.directory), true)
    equal(existsSync(old.directory), false)
    equal(existsSync(young.directory), true)
  })
})

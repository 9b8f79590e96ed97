import { deepEqual, equal, rejects } from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '../testing/temporary-directory.ts'
import { replaceFile } from './replace-file.ts'

describe('replaceFile', () => {
  it('puts new content in place of the old', async () => {
    await using directory = await temporaryDirectory()
    const file = join(directory.path, 'a')
    for (const content of ['old', 'new']) await replaceFile(file, content)
    equal(await readFile(file, 'utf8'), 'new')
    deepEqual(await readdir(directory.path), ['a'])
  })

  it('leaves what was there when the content fails, and no other file', async () => {
    await using directory = await temporaryDirectory()
    const file = join(directory.path, 'a')
    await replaceFile(file, 'old')
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.from('half of')
      throw new Error('no more')
    }
    await rejects(replaceFile(file, broken()), { message: 'no more' })
    equal(await readFile(file, 'utf8'), 'old')
    deepEqual(await readdir(directory.path), ['a'])
  })
})

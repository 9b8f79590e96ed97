import { deepEqual, equal } from 'node:assert/strict'
import { mkdir, readFile, readlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { diskObjectLinks } from './object-links.ts'

async function viewIn(path: string, uploads: readonly string[]) {
  await mkdir(join(path, 'uploads', '1'), { recursive: true })
  for (const upload of uploads) await writeFile(join(path, 'uploads', '1', upload), upload)
  return diskObjectLinks(path, 'one')
}

describe('diskObjectLinks', () => {
  it('shows the newest body of a path as a file below streams/', async () => {
    await using directory = await temporaryDirectory()
    const view = await viewIn(directory.path, ['u1', 'u2'])
    await view.link('1', 'session_1/video/a b.m4s', 'u1')
    await view.link('1', 'session_1/video/a b.m4s', 'u2')
    equal(await view.find('1', 'session_1/video/a b.m4s'), 'u2')
    equal(await readFile(join(directory.path, 'streams', '1', 'session_1/video/a b.m4s'), 'utf8'), 'u2')
  })

  it('is moved with its working directory, for its links are relative', async () => {
    await using directory = await temporaryDirectory()
    const view = await viewIn(directory.path, ['u1'])
    await view.link('1', 'a/b', 'u1')
    equal(await readlink(join(directory.path, 'streams', '1', 'a', 'b')), '../../../uploads/1/u1')
  })

  it('keeps the other objects when a path clashes: a file used as a folder, a folder used as a file', async () => {
    await using directory = await temporaryDirectory()
    const view = await viewIn(directory.path, ['u1', 'u2', 'u3'])
    const pointed = [
      await view.link('1', 'a/b', 'u1'),
      await view.link('1', 'a', 'u2'),
      await view.link('1', 'a/b/c', 'u3'),
    ]
    deepEqual(pointed, [true, false, false])
    deepEqual(
      [await view.find('1', 'a/b'), await view.find('1', 'a'), await view.find('1', 'a/b/c')],
      ['u1', null, null],
    )
  })

  it('ends at the last of many for one path', async () => {
    await using directory = await temporaryDirectory()
    const uploads = Array.from({ length: 50 }, (_, i) => `u${i}`)
    const view = await viewIn(directory.path, uploads)
    await Promise.all(uploads.map((upload) => view.link('1', 'x', upload)))
    equal(await view.find('1', 'x'), 'u49')
  })

  it('forgets a path that was removed, also twice', async () => {
    await using directory = await temporaryDirectory()
    const view = await viewIn(directory.path, ['u1'])
    await view.link('1', 'x', 'u1')
    await view.remove('1', 'x')
    await view.remove('1', 'x')
    equal(await view.find('1', 'x'), null)
  })
})

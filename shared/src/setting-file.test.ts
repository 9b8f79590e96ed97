import { equal, rejects } from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { readSettingFile } from './setting-file.ts'
import { temporaryDirectory } from './testing/temporary-directory.ts'

describe('readSettingFile', () => {
  it('reads a text', async () => {
    await using folder = await temporaryDirectory()
    const path = join(folder.path, 'file')
    await writeFile(path, 'some text\n')
    equal(await readSettingFile('ROOT', path), 'some text\n')
  })

  const kinds: readonly [string, RegExp, (path: string) => unknown][] = [
    ['that is missing', /^ROOT: .*file cannot be read \(ENOENT\)$/, () => undefined],
    ['that is a dangling link', /cannot be read \(ENOENT\)$/, (path) => symlink('nowhere', path)],
    ['below a file', /cannot be read \(ENOTDIR\)$/, (path) => symlink('/dev/null/x', path)],
    ['that is a folder', /is no file$/, (path) => symlink('.', path)],
    ['that is a device without an end', /is no file$/, (path) => symlink('/dev/zero', path)],
    ['that is a pipe without a writer', /is no file$/, (path) => execFileSync('mkfifo', [path])],
    ['that is empty', /is empty$/, (path) => writeFile(path, '')],
    [
      'of 100 MB',
      /is larger than 1048576 bytes$/,
      async (path) => {
        await writeFile(path, '')
        await truncate(path, 100_000_000)
      },
    ],
  ]
  for (const [kind, message, make] of kinds)
    it(`says in a sentence what is wrong with one ${kind}`, async () => {
      await using folder = await temporaryDirectory()
      const path = join(folder.path, 'file')
      await make(path)
      await rejects(readSettingFile('ROOT', path), { name: 'UnusableSetting', message })
    })
})

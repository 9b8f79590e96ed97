import { deepEqual, equal, rejects } from 'node:assert/strict'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { type Appendable, createAppender } from './appender.ts'

async function openFile(path: string): Promise<Appendable<string>> {
  const file = await open(path, 'a')
  return { append: (lines) => file.appendFile(`${lines.join('\n')}\n`), close: () => file.close() }
}

describe('createAppender', () => {
  it('writes the lines of one key in the order of the calls, many in one write', async () => {
    await using directory = await temporaryDirectory()
    const appender = createAppender((key) => openFile(join(directory.path, key)))
    const lines = Array.from({ length: 1_000 }, (_, i) => String(i))
    await Promise.all(lines.map((line) => appender.line('a', line)))
    await appender.close()
    deepEqual((await readFile(join(directory.path, 'a'), 'utf8')).trimEnd().split('\n'), lines)
  })

  it('keeps few files open, however many keys there are', async () => {
    await using directory = await temporaryDirectory()
    let opened = 0
    const appender = createAppender((key) => {
      opened++
      return openFile(join(directory.path, key))
    })
    for (let i = 0; i < 600; i++) await appender.line(`k${i}`, 'first')
    await appender.line('k0', 'second')
    await appender.close()
    equal(opened, 601)
    equal(await readFile(join(directory.path, 'k0'), 'utf8'), 'first\nsecond\n')
  })

  it('fails the line that could not be written and goes on with the next', async () => {
    await using directory = await temporaryDirectory()
    let isBroken = true
    const appender = createAppender((key) =>
      openFile(join(directory.path, isBroken ? 'no/such/folder' : key)),
    )
    await rejects(appender.line('a', 'lost'), { code: 'ENOENT' })
    isBroken = false
    await appender.line('a', 'kept')
    await appender.close()
    equal(await readFile(join(directory.path, 'a'), 'utf8'), 'kept\n')
  })
})

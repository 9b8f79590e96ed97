import { deepEqual, equal, rejects } from 'node:assert/strict'
import { appendFile, mkdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { createIoWorker, type IoWorker } from './io-worker.ts'

describe('disk thread', () => {
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>
  let disk: IoWorker
  beforeEach(async () => {
    folder = await temporaryDirectory()
    disk = createIoWorker()
  })
  afterEach(async () => {
    await disk[Symbol.asyncDispose]()
    await folder[Symbol.asyncDispose]()
  })

  const at = (name: string) => join(folder.path, name)
  const line = (path: string, line: string, chain = line) => disk.run({ chain, kind: 'append', path, line })
  const body = (path: string, chain: string) => {
    const bytes = new Uint8Array(1)
    return disk.run({ chain, kind: 'create', path, bytes })
  }
  const link = (path: string, chain: string) =>
    disk.run({ chain, kind: 'link', path, target: chain, fresh: at('fresh') })

  it('appends lines in the order of the calls and says where each ends', async () => {
    const lines = Array.from({ length: 1_000 }, (_, i) => `ä${i}\n`)
    const ends = await Promise.all(lines.map((text) => line(at('a'), text)))
    equal(await readFile(at('a'), 'utf8'), lines.join(''))
    const lengths = ends.map((end, i) => end - (ends[i - 1] ?? 0))
    deepEqual(
      lengths,
      lines.map((text) => Buffer.byteLength(text)),
    )
  })

  it('writes to more files than it keeps open', async () => {
    for (let i = 0; i < 600; i++) await line(at(`k${i}`), 'first\n')
    equal(await line(at('k0'), 'second\n'), 13)
    equal(await readFile(at('k0'), 'utf8'), 'first\nsecond\n')
  })

  it('gives a line that was torn off its end first', async () => {
    await appendFile(at('a'), 'torn')
    equal(await line(at('a'), 'whole\n'), 11)
    equal(await readFile(at('a'), 'utf8'), 'torn\nwhole\n')
  })

  it('fails what could not be written and goes on with the next', async () => {
    await rejects(line(at('no/a'), 'lost\n'), { code: 'ENOENT' })
    await mkdir(at('no'))
    equal(await line(at('no/a'), 'kept\n'), 5)
  })

  it('does nothing of a chain behind what has failed of it, and all of the others', async () => {
    await body(at('taken'), 'x')
    const broken = [body(at('taken'), 'a'), line(at('journal'), 'a\n', 'a'), link(at('links/a'), 'a')]
    const whole = [body(at('b'), 'b'), line(at('journal'), 'b\n', 'b'), link(at('links/b'), 'b')]
    for (const work of broken) await rejects(work, { code: 'EEXIST' })
    await Promise.all(whole)
    equal(await readFile(at('journal'), 'utf8'), 'b\n')
    equal(await readlink(at('links/b')), 'b')
    await rejects(readlink(at('links/a')), { code: 'ENOENT' })
  })

  it('keeps the body and its line where only the link fails', async () => {
    await body(at('file'), 'x')
    const works = [body(at('a'), 'a'), line(at('journal'), 'a\n', 'a'), link(at('file/a'), 'a')]
    const settled = await Promise.allSettled(works)
    deepEqual(
      settled.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'rejected'],
    )
  })
})

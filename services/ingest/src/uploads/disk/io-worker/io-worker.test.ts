import { deepEqual, equal, rejects } from 'node:assert/strict'
import { appendFile, mkdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { createIoWorker, type IoWorker } from './io-worker.ts'

describe('createIoWorker', () => {
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
  const line = (path: string, line: string) => disk.run({ append: { path, line } })
  const create = (path: string) => ({ path, bytes: new Uint8Array(1) })
  const upload = (body: string, journal: string, link: string) =>
    disk.run({
      create: create(at(body)),
      append: { path: at(journal), line: `${body}\n` },
      link: { path: at(link), target: body, temporaryPath: at('temporary') },
    })
  const linesIn = async (journal: string) => (await readFile(at(journal), 'utf8')).split('\n').slice(0, -1)

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

  it('takes what Node posts of its own under --watch for no outcome', async () => {
    process.env.WATCH_REPORT_DEPENDENCIES = '1'
    await using watched = createIoWorker()
    const ran = watched.run({ append: { path: at('a'), line: 'line\n' } })
    delete process.env.WATCH_REPORT_DEPENDENCIES
    equal(await ran, 5)
    equal(await readFile(at('a'), 'utf8'), 'line\n')
    await rejects(watched.run({ append: { path: at('missing/a'), line: 'line\n' } }), { code: 'ENOENT' })
  })

  it('ends a torn line before it appends another', async () => {
    await appendFile(at('a'), 'torn')
    equal(await line(at('a'), 'whole\n'), 11)
    equal(await readFile(at('a'), 'utf8'), 'torn\nwhole\n')
  })

  it('fails what could not be written and goes on with the next', async () => {
    await rejects(line(at('no/a'), 'lost\n'), { code: 'ENOENT', step: 'append', journalSize: 0 })
    await mkdir(at('no'))
    equal(await line(at('no/a'), 'kept\n'), 5)
  })

  it('appends no line and makes no link where the body fails, and does all of the others', async () => {
    await disk.run({ create: create(at('taken')) })
    const broken = upload('taken', 'journal', 'links/a')
    const whole = upload('b', 'journal', 'links/b')
    await rejects(broken, { code: 'EEXIST', step: 'create', journalSize: 0 })
    equal(await whole, 2)
    deepEqual(await linesIn('journal'), ['b'])
    equal(await readlink(at('links/b')), 'b')
    await rejects(readlink(at('links/a')), { code: 'ENOENT' })
  })

  it('makes no link where the line fails, in one batch with others', async () => {
    const broken = [upload('a', 'no/journal', 'links/a'), upload('b', 'no/journal', 'links/b')]
    const whole = upload('c', 'journal', 'links/c')
    for (const one of broken) await rejects(one, { code: 'ENOENT', step: 'append', journalSize: 0 })
    await whole
    for (const link of ['links/a', 'links/b']) await rejects(readlink(at(link)), { code: 'ENOENT' })
    equal(await readlink(at('links/c')), 'c')
  })

  it('keeps the body and its line where only the link fails, and says where the line ends', async () => {
    await disk.run({ create: create(at('file')) })
    await rejects(upload('a', 'journal', 'file/a'), { code: 'ENOTDIR', step: 'link', journalSize: 2 })
    equal((await readFile(at('a'))).length, 1)
    deepEqual(await linesIn('journal'), ['a'])
  })
})

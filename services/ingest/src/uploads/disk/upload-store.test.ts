import { deepEqual, equal, rejects } from 'node:assert/strict'
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createLogger } from '@pushav/shared/logger.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import type { LocalUploads, StagedUpload } from '../ports.ts'
import type { Upload } from '../upload.ts'
import { createIoWorker, type IoWorker } from './io-worker/io-worker.ts'
import type { Transaction } from './io-worker/transaction.ts'
import { type DiskJournals, diskJournals } from './journal-files.ts'
import { type DiskObjectLinks, diskObjectLinks } from './object-links.ts'
import { openUploadStore } from './upload-store.ts'

const log = createLogger('test', 'error')
const small = Buffer.from('bytes')
const large = Buffer.alloc(100_000, 'x')

const uploadOf = (id: string, path = `${id}.mp4`): Upload => ({
  ...{ id, path, method: 'PUT', startedAt: '', receivedAt: '', bytes: 0, sha256: '', whole: true },
  kind: 'other',
  sender: {
    ...{ address: '', port: 0, tlsVersion: '', cipher: '', alpn: null, httpVersion: '1.1', device: null },
    headers: [],
  },
})

describe('openUploadStore', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  let disk: IoWorker
  let transactions: Transaction[]
  let journals: DiskJournals
  let links: DiskObjectLinks
  let store: LocalUploads
  let stream: string
  beforeEach(async () => {
    directory = await temporaryDirectory()
    disk = createIoWorker()
    transactions = []
    const watched = { ...disk, run }
    journals = await diskJournals(directory.path, 'one', log, watched)
    links = await diskObjectLinks(directory.path, 'one', watched)
    store = await openUploadStore({
      workingDirectory: directory.path,
      instance: 'one',
      disk: watched,
      journals,
      links,
    })
    stream = await journals.create()
  })
  afterEach(async () => {
    await disk[Symbol.asyncDispose]()
    await directory[Symbol.asyncDispose]()
  })

  function run(transaction: Transaction): Promise<number> {
    transactions.push(transaction)
    return disk.run(transaction)
  }

  const at = (path: string) => join(directory.path, path)
  const commit = (upload: Upload, bytes: StagedUpload | Uint8Array = small, link = true) =>
    store.commit(stream, upload, bytes, { link })
  const filesIn = (folder: string) => readdir(at(folder)).catch(() => [])
  /** Ids of the uploads in the journal, from memory and from its file. */
  const linesIn = async () => {
    const { lines } = await journals.read(stream, journals.own, 0)
    const text = await readFile(at(`journals/${stream}/one.ndjson`), 'utf8').catch(() => '')
    const written = text.split('\n').slice(0, -1)
    deepEqual(
      lines.map(({ entry }) => entry),
      written.map((line) => JSON.parse(line)),
    )
    return lines.map(({ entry }) => entry.id)
  }

  async function stage(id: string, bytes: Buffer): Promise<StagedUpload> {
    const staged = store.stage({ ...uploadOf(id), stream })
    await staged.write(Buffer.from(bytes))
    return staged
  }

  it('writes body, line and link of bytes in memory in one transaction', async () => {
    await commit(uploadOf('a'))
    await using staged = await stage('b', small)
    await commit(uploadOf('b'), staged)
    deepEqual(
      transactions
        .filter(({ append }) => append)
        .map(({ create, append, link }) => [create, append, link].every(Boolean)),
      [true, true],
    )
    deepEqual(await filesIn(`uploads/${stream}`), ['a', 'b'])
    deepEqual(await linesIn(), ['a', 'b'])
    equal(await readFile(at(`streams/${stream}/b.mp4`), 'utf8'), 'bytes')
  })

  it('moves the file of a large body to its place before its line is written', async () => {
    await using staged = await stage('a', large)
    deepEqual(await filesIn('staging/one'), ['a'])
    await commit(uploadOf('a'), staged)
    deepEqual([await filesIn('staging/one'), await linesIn()], [[], ['a']])
    deepEqual(await readFile(at(`streams/${stream}/a.mp4`)), large)
  })

  it('writes no link where none is wanted', async () => {
    await commit(uploadOf('a'), small, false)
    deepEqual([await linesIn(), await links.find(stream, 'a.mp4')], [['a'], null])
  })

  it('writes neither line nor link when the body fails', async () => {
    await writeFile(at(`uploads/${stream}/a`), 'taken')
    await rejects(commit(uploadOf('a')), { code: 'EEXIST' })
    deepEqual([await linesIn(), await links.find(stream, 'a.mp4')], [[], null])
    equal(await readFile(at(`uploads/${stream}/a`), 'utf8'), 'taken')
  })

  it('writes neither line nor link when the file of a large body cannot be moved', async () => {
    await mkdir(at(`uploads/${stream}/a`))
    await using staged = await stage('a', large)
    await rejects(commit(uploadOf('a'), staged), { code: 'EISDIR' })
    deepEqual([await linesIn(), await links.find(stream, 'a.mp4')], [[], null])
  })

  it('leaves neither body nor link when the line fails', async () => {
    await mkdir(at(`journals/${stream}/one.ndjson`))
    await rejects(commit(uploadOf('a')), { code: 'EISDIR' })
    equal(await links.find(stream, 'a.mp4'), null)
    deepEqual(await filesIn(`uploads/${stream}`), [])
  })

  it('keeps body and line of a path that clashes with another', async () => {
    await commit(uploadOf('a', 'x'))
    await commit(uploadOf('b', 'x/y'))
    await commit(uploadOf('c', 'z'))
    deepEqual(await linesIn(), ['a', 'b', 'c'])
    deepEqual([await links.find(stream, 'x'), await links.find(stream, 'x/y')], ['a', null])
  })

  it('throws a failure of the link that is no clash, with body and line in place', async () => {
    await commit(uploadOf('0', 'a'))
    await rejects(commit(uploadOf('1', `${'n'.repeat(300)}/a`)), { code: 'ENAMETOOLONG' })
    deepEqual(await linesIn(), ['0', '1'])
    deepEqual(await filesIn(`uploads/${stream}`), ['0', '1'])
  })

  it('refuses what comes after its stream was deleted, and leaves nothing of it staged', async () => {
    {
      await using staged = await stage('b', large)
      await journals.remove(stream)
      await store.removeStream(stream)
      await rejects(commit(uploadOf('a')), { name: 'Refusal', code: 'stream-unknown' })
      await rejects(commit(uploadOf('b'), staged), { name: 'Refusal', code: 'stream-unknown' })
    }
    deepEqual([await filesIn('staging/one'), await filesIn(`streams/${stream}`)], [[], []])
  })

  it('refuses what comes while its stream is being deleted', async () => {
    await journals.remove(stream)
    await rejects(commit(uploadOf('a')), { name: 'Refusal', code: 'stream-unknown' })
    equal(await links.find(stream, 'a.mp4'), null)
  })

  it('does not take a lost working directory for a deleted stream', async () => {
    await using staged = await stage('a', large)
    await rm(directory.path, { recursive: true })
    await rejects(commit(uploadOf('a'), staged), { code: 'ENOENT' })
  })

  it('appends the lines of many uploads in the order in which they were committed', async () => {
    const ids = Array.from({ length: 200 }, (_, i) => `u${i}`)
    await Promise.all(ids.map((id) => commit(uploadOf(id, id === 'u3' ? 'u2.mp4/x' : undefined))))
    deepEqual(await linesIn(), ids)
  })

  it('knows no file of an id that climbs', async () => {
    for (const [of, upload] of [
      [stream, '../a'],
      ['..', 'a'],
      [stream, '.a'],
      [stream, 'a'.repeat(101)],
    ] as const)
      for (const ask of [store.use, store.fileOf, store.locate])
        await rejects(ask(of, upload), { code: 'object-unknown' })
  })
})

import { deepEqual, equal, rejects } from 'node:assert/strict'
import { mkdir, open, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { uploadPath } from '@pushav/shared/paths.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { diskUploads } from './disk-uploads.ts'

const box = (type: string, content = Buffer.alloc(0)): Buffer => {
  const header = Buffer.alloc(8)
  header.writeUInt32BE(8 + content.length)
  header.write(type, 4, 'latin1')
  return Buffer.concat([header, content])
}
const head = Buffer.concat([box('ftyp', Buffer.from('iso6')), box('moov', Buffer.alloc(50))])

describe('diskUploads', () => {
  it('takes an init segment from the front of 2 GiB without reading on', async () => {
    await using folder = await temporaryDirectory()
    await put(folder.path, 'big', Buffer.concat([head, box('mdat').fill(0, 0, 4)]))
    await truncate(uploadPath(folder.path, '1', 'big'), 2 ** 31)
    const uploads = diskUploads(folder.path)
    equal(await uploads.inputKind('1', 'big'), 'whole')
    deepEqual(await uploads.init('1', 'big'), head)
  })

  it('finds moov behind an mdat of 3 GiB', async () => {
    await using folder = await temporaryDirectory()
    const mdat = Buffer.alloc(16)
    mdat.writeUInt32BE(1)
    mdat.write('mdat', 4)
    mdat.writeBigUInt64BE(3n * 2n ** 30n, 8)
    await put(folder.path, 'late', Buffer.concat([box('ftyp'), mdat]))
    await using file = await open(uploadPath(folder.path, '1', 'late'), 'r+')
    await file.write(box('moov', Buffer.from('..')), 0, 10, 8 + 3 * 2 ** 30)
    const uploads = diskUploads(folder.path)
    equal(await uploads.inputKind('1', 'late'), 'whole')
    equal(await uploads.init('1', 'late'), null)
  })

  it('gives up on a million empty boxes in front of a moof', async () => {
    await using folder = await temporaryDirectory()
    await put(folder.path, 'free', Buffer.concat([...Array(1_000_000).fill(box('free')), box('moof')]))
    equal(await diskUploads(folder.path).inputKind('1', 'free'), 'whole')
  })

  it('has no init segment in what has no moov', async () => {
    await using folder = await temporaryDirectory()
    await put(folder.path, 'text', Buffer.from('#EXTM3U\n'))
    await put(folder.path, 'empty', Buffer.alloc(0))
    const uploads = diskUploads(folder.path)
    equal(await uploads.init('1', 'text'), null)
    equal(await uploads.init('1', 'empty'), null)
    equal(await uploads.inputKind('1', 'empty'), 'whole')
  })

  it('says that an upload is gone without saying where it was', async () => {
    await using folder = await temporaryDirectory()
    const uploads = diskUploads(folder.path)
    for (const gone of [uploads.inputKind('1', 'gone'), uploads.sandboxDir('1', 'gone', head)])
      await rejects(gone, { name: 'UploadGone', message: 'upload gone of stream 1 is gone' })
  })

  it('makes a directory that disposal removes', async () => {
    await using folder = await temporaryDirectory()
    await put(folder.path, 'segment', box('moof'))
    const sandbox = await diskUploads(folder.path).sandboxDir('1', 'segment', head)
    deepEqual((await readdir(sandbox.directory)).sort(), ['init', 'object'])
    deepEqual(await readFile(join(sandbox.directory, 'object')), box('moof'))
    sandbox[Symbol.dispose]()
    await rejects(readdir(sandbox.directory), { code: 'ENOENT' })
  })
})

async function put(directory: string, upload: string, bytes: Buffer): Promise<void> {
  const path = uploadPath(directory, '1', upload)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, bytes)
}

import { deepEqual, equal, rejects } from 'node:assert/strict'
import { open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { createWriteBehind } from './write-behind.ts'

describe('createWriteBehind', () => {
  it('has all bytes in the file, in order, once they are written, and has freed their memory', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'body')
    await using file = await open(path, 'wx')
    const behind = createWriteBehind(file)
    const pieces = Array.from({ length: 3_000 }, (_, n) => Buffer.from(`${n},`.repeat(n % 7)))
    const text = Buffer.concat(pieces).toString()
    const owned = pieces.map((piece) => new Uint8Array(piece))
    for (const piece of owned) void behind.write(piece)
    await behind.written()
    equal(await readFile(path, 'utf8'), text)
    deepEqual(new Set(owned.map(({ length }) => length)), new Set([0]))
  })

  it('lets a writer wait that is faster than the disk', async () => {
    await using directory = await temporaryDirectory()
    await using file = await open(join(directory.path, 'body'), 'wx')
    const behind = createWriteBehind(file)
    const waits: boolean[] = []
    for (let n = 0; n < 4; n++) {
      const written = behind.write(new Uint8Array(65_536))
      waits.push(await Promise.race([written.then(() => false), Promise.resolve().then(() => true)]))
    }
    // The first goes to the disk; two may wait for it.
    equal(waits.at(-1), true)
    await behind.written()
  })

  it('throws what the system says, at the next write and at the end', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'body')
    await (await open(path, 'wx')).close()
    await using file = await open(path, 'r')
    const behind = createWriteBehind(file)
    await behind.write(Buffer.from('x')).catch(() => undefined)
    await rejects(behind.written(), { code: 'EBADF' })
    await rejects(behind.write(Buffer.from('y')), { code: 'EBADF' })
  })

  it('writes on where the disk takes only some of the bytes', async () => {
    await using directory = await temporaryDirectory()
    const path = join(directory.path, 'body')
    await using file = await open(path, 'wx')
    // A file handle that takes at most seven bytes at a time.
    const few = {
      write: (bytes: Uint8Array, from = 0) => file.write(bytes, from, Math.min(7, bytes.length - from)),
      writev: ([piece]: Uint8Array[]) => few.write(piece ?? new Uint8Array()),
    }
    const behind = createWriteBehind(few as unknown as typeof file)
    const text = 'abcdefghijklmnopqrstuvwxyz'
    for (const piece of text.match(/.{1,10}/g) ?? []) void behind.write(new Uint8Array(Buffer.from(piece)))
    await behind.written()
    equal(await readFile(path, 'utf8'), text)
  })
})

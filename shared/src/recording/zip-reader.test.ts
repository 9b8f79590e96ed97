import { deepEqual, equal, rejects } from 'node:assert/strict'
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { temporaryDirectory } from '../testing/temporary-directory.ts'
import { openZip, ZipError } from './zip-reader.ts'

describe('openZip', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>
  beforeEach(async () => {
    directory = await temporaryDirectory()
  })
  afterEach(() => directory[Symbol.asyncDispose]())

  it('reads stored and deflated files', async () => {
    const text = Buffer.from('text'.repeat(100_000))
    await using zip = await openZip(
      await written(
        zipOf([
          ['a', text, 0],
          ['b/c', text, 8],
          ['empty', Buffer.alloc(0), 0],
        ]),
      ),
    )
    deepEqual([...zip.members.keys()], ['a', 'b/c', 'empty'])
    for (const [name, expected] of [
      ['a', text],
      ['b/c', text],
      ['empty', Buffer.alloc(0)],
    ] as const) {
      const member = zip.members.get(name)
      if (!member) throw new Error(`no ${name}`)
      equal(Buffer.concat(await Array.fromAsync(zip.read(member))).equals(expected), true, name)
    }
  })

  it('reads sizes of 64 bits', async () => {
    const text = Buffer.from('text')
    await using zip = await openZip(await written(zipOf([['a', text, 0]], true)))
    const [member] = zip.members.values()
    if (!member) throw new Error('no member')
    deepEqual([member.bytes, member.packedBytes, member.at], [4, 4, 0])
    equal(Buffer.concat(await Array.fromAsync(zip.read(member))).toString(), 'text')
  })

  it('says what is wrong with a file that is none', async () => {
    const bytes = zipOf([['a', Buffer.from('text'.repeat(1_000)), 8]])
    for (const wrong of [
      Buffer.alloc(0),
      Buffer.from('no zip'),
      bytes.subarray(0, -30),
      bytes.subarray(0, 50),
    ])
      await rejects(written(wrong).then(openZip), ZipError)
    const damaged = Buffer.from(bytes)
    damaged.fill(0xff, 35, 45)
    await using zip = await openZip(await written(damaged))
    const [member] = zip.members.values()
    if (!member) throw new Error('no member')
    await rejects(Array.fromAsync(zip.read(member)), /a is damaged in its zip/)
    const path = await written(bytes)
    await using open = await openZip(path)
    await truncate(path, 40)
    await rejects(Array.fromAsync(open.read(member)), ZipError)
  })

  async function written(bytes: Buffer): Promise<string> {
    const path = join(directory.path, 'some.zip')
    await writeFile(path, bytes)
    return path
  }
})

type File = readonly [name: string, content: Buffer, method: 0 | 8]

/** A zip by APPNOTE.TXT; with `isLarge` its sizes are in extra fields of 64 bits. */
function zipOf(files: readonly File[], isLarge = false): Buffer {
  const [bodies, entries]: [Buffer[], Buffer[]] = [[], []]
  let at = 0
  for (const [name, content, method] of files) {
    const packed = method === 8 ? deflateRawSync(content) : content
    const local = fixed(30, [
      [0, 0x04034b50],
      [8, method, 2],
      [26, name.length, 2],
    ])
    const extra = isLarge ? largeSizes([content.length, packed.length, at]) : Buffer.alloc(0)
    const [bytes, packedBytes, begin] = isLarge
      ? [0xffff_ffff, 0xffff_ffff, 0xffff_ffff]
      : [content.length, packed.length, at]
    const entry = fixed(46, [
      ...([
        [0, 0x02014b50],
        [10, method, 2],
        [20, packedBytes ?? 0],
        [24, bytes ?? 0],
      ] as const),
      ...([
        [28, name.length, 2],
        [30, extra.length, 2],
        [42, begin ?? 0],
      ] as const),
    ])
    bodies.push(local, Buffer.from(name), packed)
    entries.push(entry, Buffer.from(name), extra)
    at += local.length + name.length + packed.length
  }
  const directory = Buffer.concat(entries)
  const end = fixed(22, [
    [0, 0x06054b50],
    [10, files.length, 2],
    [12, directory.length],
    [16, at],
  ])
  return Buffer.concat([...bodies, directory, end])
}

function fixed(
  length: number,
  fields: readonly (readonly [at: number, value: number, bytes?: number])[],
): Buffer {
  const buffer = Buffer.alloc(length)
  for (const [at, value, bytes = 4] of fields) buffer.writeUIntLE(value, at, bytes)
  return buffer
}

function largeSizes(values: readonly number[]): Buffer {
  const extra = Buffer.alloc(4 + values.length * 8)
  extra.writeUInt16LE(1, 0)
  extra.writeUInt16LE(values.length * 8, 2)
  for (const [i, value] of values.entries()) extra.writeBigUInt64LE(BigInt(value), 4 + i * 8)
  return extra
}

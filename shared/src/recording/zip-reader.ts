import { type FileHandle, open } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { createInflateRaw } from 'node:zlib'

/** A zip file, open for reading. Disposal closes it. */
export interface ZipReader extends AsyncDisposable {
  readonly members: ReadonlyMap<string, ZipMember>
  /** The bytes of a member, unpacked, in parts. Throws a `ZipError` when they are cut off or damaged. */
  read(member: ZipMember): AsyncIterable<Buffer>
}

/** One file in a zip. */
export interface ZipMember {
  readonly name: string
  /** Size when unpacked. */
  readonly bytes: number
  readonly packedBytes: number
  readonly isDeflated: boolean
  /** Offset of the local header. */
  readonly at: number
}

/** A file is not a zip, or is damaged; the message says which in words. */
export class ZipError extends Error {
  override name = 'ZipError' as const
}

// APPNOTE.TXT 6.3.10: signatures and lengths of fixed parts.
const endSignature = 0x06054b50
const end64Signature = 0x06064b50
const locator64Signature = 0x07064b50
const memberSignature = 0x02014b50
const localSignature = 0x04034b50
const endBytes = 22
const locator64Bytes = 20
const memberBytes = 46
const localBytes = 30

/** The bytes at the end of a file in which the end record begins: a comment of up to 64 KiB may follow it. */
const maxEndBytes = endBytes + locator64Bytes + 65_535
const maxDirectoryBytes = 268_435_456
const partBytes = 262_144
const unknown32 = 0xffff_ffff

/** Opens a zip of stored or deflated files, also of more than 4 GiB. Throws a `ZipError` or the system's error. */
export async function openZip(path: string): Promise<ZipReader> {
  const file = await open(path)
  try {
    const members = await readMembers(file)
    return { members, read: (member) => readMember(file, member), [Symbol.asyncDispose]: () => file.close() }
  } catch (error) {
    await file.close()
    throw error
  }
}

async function readMembers(file: FileHandle): Promise<ReadonlyMap<string, ZipMember>> {
  const { size } = await file.stat()
  const { at, bytes, count } = await findDirectory(file, size)
  if (bytes > maxDirectoryBytes || at + bytes > size) throw new ZipError('it is cut off, or no zip of ours')
  const directory = await readExactly(file, at, bytes)
  const members = new Map<string, ZipMember>()
  for (let next = 0; members.size < count && next + memberBytes <= bytes; ) {
    if (directory.readUInt32LE(next) !== memberSignature) throw new ZipError('its list of files is damaged')
    const length = memberBytes + lengthsAt(directory, next + 28) + directory.readUInt16LE(next + 32)
    const member = memberAt(directory.subarray(next, next + length))
    members.set(member.name, member)
    next += length
  }
  if (members.size < count) throw new ZipError('its list of files is cut off')
  return members
}

interface Directory {
  readonly at: number
  readonly bytes: number
  readonly count: number
}

async function findDirectory(file: FileHandle, size: number): Promise<Directory> {
  const tailBytes = Math.min(size, maxEndBytes)
  const tail = await readExactly(file, size - tailBytes, tailBytes)
  let end = tail.length - endBytes
  while (end >= 0 && tail.readUInt32LE(end) !== endSignature) end--
  if (end < 0) throw new ZipError('it is no zip, or its end is missing')
  const locator = end - locator64Bytes
  if (locator >= 0 && tail.readUInt32LE(locator) === locator64Signature) {
    const end64 = await readExactly(file, safeNumber(tail, locator + 8), 56)
    if (end64.readUInt32LE(0) !== end64Signature) throw new ZipError('its end is damaged')
    return { count: safeNumber(end64, 32), bytes: safeNumber(end64, 40), at: safeNumber(end64, 48) }
  }
  return {
    count: tail.readUInt16LE(end + 10),
    bytes: tail.readUInt32LE(end + 12),
    at: tail.readUInt32LE(end + 16),
  }
}

/** Bytes of the name and the extra field, whose lengths are at `at`, one after the other. */
const lengthsAt = (bytes: Buffer, at: number): number => bytes.readUInt16LE(at) + bytes.readUInt16LE(at + 2)

function memberAt(entry: Buffer): ZipMember {
  const method = entry.readUInt16LE(10)
  const nameEnd = memberBytes + entry.readUInt16LE(28)
  const name = entry.toString('utf8', memberBytes, nameEnd)
  if (method !== 0 && method !== 8) throw new ZipError(`${name} is packed in a way that is not supported`)
  const extra = entry.subarray(nameEnd, nameEnd + entry.readUInt16LE(30))
  const [bytes = 0, packedBytes = 0, at = 0] = largeValues(
    [entry.readUInt32LE(24), entry.readUInt32LE(20), entry.readUInt32LE(42)],
    extra,
  )
  return { name, bytes, packedBytes, at, isDeflated: method === 8 }
}

/** Replaces values that do not fit into 32 bits by those of extra field 1, which has them in this order. */
function largeValues(values: readonly number[], extra: Buffer): readonly number[] {
  let large = Buffer.alloc(0)
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2))
    if (extra.readUInt16LE(at) === 1)
      large = Buffer.from(extra.subarray(at + 4, at + 4 + extra.readUInt16LE(at + 2)))
  let next = 0
  return values.map((value) => {
    if (value !== unknown32 || next + 8 > large.length) return value
    next += 8
    return safeNumber(large, next - 8)
  })
}

function safeNumber(bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64LE(at)
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new ZipError('its sizes are damaged')
  return Number(value)
}

async function* readMember(file: FileHandle, member: ZipMember): AsyncIterable<Buffer> {
  if (!member.isDeflated) return yield* packedParts(file, member)
  const inflate = createInflateRaw()
  Readable.from(packedParts(file, member))
    .on('error', (error) => inflate.destroy(error))
    .pipe(inflate)
  let bytes = 0
  try {
    for await (const part of inflate as AsyncIterable<Buffer>) {
      bytes += part.length
      if (bytes > member.bytes) throw new ZipError(`${member.name} is longer than its zip says`)
      yield part
    }
  } catch (error) {
    throw error instanceof ZipError ? error : new ZipError(`${member.name} is damaged in its zip`)
  }
}

async function* packedParts(file: FileHandle, { name, at, packedBytes }: ZipMember): AsyncIterable<Buffer> {
  const local = await readExactly(file, at, localBytes)
  if (local.readUInt32LE(0) !== localSignature) throw new ZipError(`${name} is damaged in its zip`)
  const begin = at + localBytes + lengthsAt(local, 26)
  for (let done = 0; done < packedBytes; done += partBytes)
    yield await readExactly(file, begin + done, Math.min(partBytes, packedBytes - done))
}

async function readExactly(file: FileHandle, at: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.alloc(bytes)
  let filled = 0
  while (filled < bytes) {
    const { bytesRead } = await file.read(buffer, filled, bytes - filled, at + filled)
    if (bytesRead === 0) throw new ZipError('it is cut off')
    filled += bytesRead
  }
  return buffer
}

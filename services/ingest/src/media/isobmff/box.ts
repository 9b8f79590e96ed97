/** One box inside bytes that were collected whole. */
export interface Box {
  readonly type: string
  /** What follows its header. */
  readonly body: Buffer
  /** Of its first body byte, counted from the start of the upload. */
  readonly offset: number
}

/** A box that does not hold what its type promises. */
export class BoxMalformed extends Error {}

/** Takes one sentence; false when so much is wrong already that looking further is no use. */
export type Report = (message: string) => boolean

/** What is done with a box; false when looking further is no use. */
export type Visit = (box: Box) => unknown

/**
 * Visits the boxes inside a box in their order, from the given byte of its body. One that breaks is
 * reported and left out; where no box can begin, the rest is. False when looking further is no use.
 */
export function walk(parent: Box, from: number, visit: Visit, report: Report): boolean {
  const { body } = parent
  for (let at = from; at < body.length; ) {
    const size = sizeAt(body, at)
    if (size === null || at + size > body.length) {
      return isPadding(body, at) || report(brokenAt(parent, at, size))
    }
    if (!visitOne(parent, at, size, visit, report)) return false
    at += size
  }
  return true
}

function visitOne(parent: Box, at: number, size: number, visit: Visit, report: Report): boolean {
  const header = parent.body.readUInt32BE(at) === 1 ? 16 : 8
  const body = parent.body.subarray(at + header, at + size)
  try {
    return visit({ type: fourCc(parent.body, at + 4), body, offset: parent.offset + at + header }) !== false
  } catch (error) {
    if (!(error instanceof BoxMalformed)) throw error
    return report(error.message)
  }
}

/** ISO/IEC 14496-12, 4.2; null where the bytes cannot be the start of a box. */
function sizeAt(bytes: Buffer, at: number): number | null {
  const rest = bytes.length - at
  if (rest < 8) return null
  const size = bytes.readUInt32BE(at)
  if (size === 0) return rest
  if (size !== 1) return size < 8 ? null : size
  if (rest < 16) return null
  const large = largeAt(bytes, at + 8)
  return large < 16 ? null : large
}

/** QuickTime ends some boxes with four zero bytes. */
const isPadding = (bytes: Buffer, at: number): boolean =>
  bytes.length - at < 8 && bytes.subarray(at).every((byte) => byte === 0)

function brokenAt({ type, body, offset }: Box, at: number, size: number | null): string {
  const found = size === null ? 'bytes that are none' : `one of ${size} bytes`
  return `expected a box within the ${body.length - at} bytes left of ${type} at byte ${offset + at}; found ${found}`
}

/** A body that starts with version and flags or other fields of fixed length must hold them. */
export function assertHolds({ type, body, offset }: Box, length: number): void {
  if (body.length >= length) return
  throw new BoxMalformed(
    `expected ${type} at byte ${offset} to hold at least ${length} bytes; it holds ${body.length}`,
  )
}

/** The 64-bit number at a place, rounded above 2^53. */
export const largeAt = (bytes: Buffer, at: number): number =>
  bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4)

/** The low 24 bits of a full box's first word. */
export const flagsOf = ({ body }: Box): number => body.readUIntBE(1, 3)

/** Four letters fit to be shown; whatever is not printable ASCII becomes `?`. */
export function fourCc(bytes: Buffer, at: number): string {
  const letters = bytes.toString('latin1', at, at + 4)
  return isPrintable(bytes.readUInt32BE(at)) ? letters : letters.replace(/[^ -~]/g, '?')
}

/** Whether all four bytes of a type are printable ASCII. */
export function isPrintable(type: number): boolean {
  for (let shift = 0; shift < 32; shift += 8) {
    const byte = (type >>> shift) & 0xff
    if (byte < 0x20 || byte > 0x7e) return false
  }
  return true
}

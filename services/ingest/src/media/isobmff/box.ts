import { boxSize } from '@pushav/shared/lib/box-header.ts'
import type { InspectionFault } from '../inspection.ts'

/** One box inside bytes that were collected whole. */
export interface Box {
  readonly type: string
  /** The bytes behind its header. */
  readonly body: Buffer
  /** Position of its first body byte, from the start of the upload. */
  readonly offset: number
}

/** A box that does not hold what its type promises. */
export class BoxMalformed extends Error {}

/**
 * Reports one sentence on what is wrong, `box-malformed` unless a code is given; false when the caller should
 * stop, because there are enough malformed boxes.
 */
export type Report = (message: string, code?: InspectionFault['code']) => boolean

/** Called for each box; false stops the walk. May throw BoxMalformed. */
type Visit = (box: Box) => unknown

/**
 * Visits the boxes inside a box in their order, from byte `from` of its body. A box whose visit throws
 * BoxMalformed is reported and left out; where no box can begin, the rest is reported. False when `visit` or
 * `report` stopped the walk.
 */
export function walkBoxes(parent: Box, from: number, visit: Visit, report: Report): boolean {
  const { body } = parent
  for (let at = from; at < body.length; ) {
    const size = boxSize(body, at, body.length - at)
    if (size === null || at + size > body.length) {
      return isZeroPadding(body, at) || report(brokenAt(parent, at, size))
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

/** QuickTime ends some boxes with four zero bytes. */
const isZeroPadding = (bytes: Buffer, at: number): boolean =>
  bytes.length - at < 8 && bytes.subarray(at).every((byte) => byte === 0)

function brokenAt({ type, body, offset }: Box, at: number, size: number | null): string {
  const found = size === null ? 'bytes that are none' : `one of ${size} bytes`
  return `expected a box within the ${body.length - at} bytes left of ${type} at byte ${offset + at}; found ${found}`
}

/** Throws BoxMalformed unless the box's body has at least `length` bytes. */
export function assertHolds({ type, body, offset }: Box, length: number): void {
  if (body.length >= length) return
  throw new BoxMalformed(
    `expected ${type} at byte ${offset} to hold at least ${length} bytes; it holds ${body.length}`,
  )
}

/** The low 24 bits of a full box's first word. */
export const flagsOf = ({ body }: Box): number => body.readUIntBE(1, 3)

/** The four letters of a box type; bytes that are not printable ASCII become `?`. */
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

import { boxSize } from '@pushav/shared/lib/box-header.ts'
import { fourCc } from '../media/isobmff/box.ts'

/** A box of these parts, header included. */
export function boxOf(type: string, ...parts: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(8)
  header.writeUInt32BE(8 + parts.reduce((sum, { length }) => sum + length, 0))
  header.write(type, 4, 'latin1')
  return Buffer.concat([header, ...parts])
}

/** The first box of a type among those that follow each other, header included; null for none. */
export function findBox(bytes: Buffer, type: string): Buffer | null {
  for (const one of boxesIn(bytes)) if (fourCc(one, 4) === type) return one
  return null
}

/** Boxes that follow each other, each with its header, sharing memory with `bytes`; up to the first that is none. */
export function* boxesIn(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at + 8 <= bytes.length; ) {
    const size = boxSize(bytes, at, bytes.length - at)
    if (size === null || at + size > bytes.length) return
    yield bytes.subarray(at, at + size)
    at += size
  }
}

export const headerSizeOf = (one: Buffer): number => (one.readUInt32BE(0) === 1 ? 16 : 8)
export const bodyOf = (one: Buffer): Buffer => one.subarray(headerSizeOf(one))

import { boxSize } from '@pushav/shared/lib/box-header.ts'
import { type Box, isPrintable } from '../box.ts'

/** The strings follow reserved bytes and data_reference_index. */
const textsAt = 8

/**
 * Where the boxes of an stpp sample entry begin. Its namespace is followed by two strings that may be left
 * out (ISO/IEC 14496-30, 6.2), so that boxes begin behind the first string after which all the rest is boxes.
 * Null where nothing is behind the strings, or where they have no end.
 */
export function subtitleBoxesAt(entry: Buffer): number | null {
  let at: number | null = textsAt
  for (let texts = 1; texts <= 3; texts++) {
    at = afterText(entry, at)
    if (at === null || at >= entry.length) return null
    if (isAllBoxes(entry, at)) return at
  }
  return at
}

/** What is missing of the namespace that a decoder of stpp goes by; null for nothing. */
export function subtitleFault({ body, offset }: Box) {
  if ((afterText(body, textsAt) ?? 0) > textsAt + 1) return null
  const message = `expected stpp at byte ${offset} to name its namespace; there is none`
  return { code: 'decoder-configuration' as const, message }
}

function afterText(bytes: Buffer, at: number): number | null {
  const end = bytes.indexOf(0, at)
  return end < 0 ? null : end + 1
}

function isAllBoxes(bytes: Buffer, from: number): boolean {
  let at = from
  while (at < bytes.length) {
    const size = boxSize(bytes, at, 0)
    if (!size || at + size > bytes.length || !isPrintable(bytes.readUInt32BE(at + 4))) return false
    at += size
  }
  return true
}

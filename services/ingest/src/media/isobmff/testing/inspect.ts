import { createInspector, type MediaInspection, type Part } from '../inspector.ts'

/** What the inspector says of bytes that arrive in parts of a length, by default all at once. */
export function inspect(bytes: Buffer, pieceBytes = bytes.length): MediaInspection & { parts: Part[] } {
  const parts: Part[] = []
  const inspector = createInspector({ onPart: (part) => parts.push(part) })
  for (let at = 0; at < bytes.length; at += pieceBytes) inspector.add(bytes.subarray(at, at + pieceBytes))
  return { ...inspector.result(), parts }
}

export const inspectAll = (...parts: Buffer[]) => inspect(Buffer.concat(parts))

/** The same in pieces of random lengths, each of which the caller overwrites afterwards. */
export function inspectInRandomPieces(bytes: Buffer, random: (below: number) => number) {
  const parts: unknown[] = []
  const inspector = createInspector({ onPart: (part) => parts.push(part) })
  const maxBytes = 1 + random(3_000)
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + random(maxBytes)
    // A copy that is spoilt afterwards shows whether anything holds on to the caller's bytes.
    const part = Buffer.from(bytes.subarray(at, end))
    inspector.add(part)
    part.fill(0xff)
    at = end
  }
  return { ...inspector.result(), parts }
}

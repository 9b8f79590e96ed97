import { createInspector, type MediaInspection, type Part } from '../inspector.ts'

/** What the inspector says of bytes that arrive in parts of a length, by default all at once. */
export function inspect(bytes: Buffer, pieceBytes = bytes.length): MediaInspection & { parts: Part[] } {
  const parts: Part[] = []
  const inspector = createInspector({ onPart: (part) => parts.push(part) })
  for (let at = 0; at < bytes.length; at += pieceBytes) inspector.add(bytes.subarray(at, at + pieceBytes))
  return { ...inspector.result(), parts }
}

export const inspectAll = (...parts: Buffer[]) => inspect(Buffer.concat(parts))

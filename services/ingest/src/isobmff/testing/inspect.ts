import { createInspector, type MediaInspection, type Piece } from '../inspector.ts'

/** What the inspector says of bytes that arrive in pieces of a length, by default all at once. */
export function inspect(bytes: Buffer, pieceBytes = bytes.length): MediaInspection & { pieces: Piece[] } {
  const pieces: Piece[] = []
  const inspector = createInspector({ onPiece: (piece) => pieces.push(piece) })
  for (let at = 0; at < bytes.length; at += pieceBytes) inspector.add(bytes.subarray(at, at + pieceBytes))
  return { ...inspector.result(), pieces }
}

export const inspectAll = (...parts: Buffer[]) => inspect(Buffer.concat(parts))

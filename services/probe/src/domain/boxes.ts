import { type Box, boxAt, boxHeaderBytes } from './box.ts'

/** An upload's bytes, wherever they are. */
export interface Bytes {
  readonly size: number
  /** Fewer than asked for where they end. */
  at(start: number, length: number): Promise<Buffer>
}

const maxBoxes = 1_000
/** Holds the first boxes of nearly every file, so that one read does. */
const headBytes = 4_096

/** Top-level boxes from the start up to the first that ends the search; only headers are read. */
export async function boxesUntil(bytes: Bytes, isLast: (type: string) => boolean): Promise<Box[]> {
  const { size } = bytes
  const head = await bytes.at(0, headBytes)
  const boxes: Box[] = []
  for (let start = 0; start < size && boxes.length < maxBoxes; ) {
    const isInHead = start + boxHeaderBytes <= head.length
    const header = isInHead
      ? head.subarray(start, start + boxHeaderBytes)
      : await bytes.at(start, boxHeaderBytes)
    const box = boxAt(header, start, size)
    if (box === null) break
    boxes.push(box)
    if (isLast(box.type)) break
    start = box.end
  }
  return boxes
}

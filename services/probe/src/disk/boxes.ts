import type { FileHandle } from 'node:fs/promises'
import { type Box, boxAt, boxHeaderBytes } from '../domain/box.ts'

const maxBoxes = 1_000
/** Holds the first boxes of nearly every file, so that one read does. */
const headBytes = 4_096

/** Top-level boxes from the start of a file up to the first that ends the search; only headers are read. */
export async function boxesUntil(file: FileHandle, isLast: (type: string) => boolean): Promise<Box[]> {
  const { size } = await file.stat()
  const head = await bytesAt(file, 0, headBytes)
  const boxes: Box[] = []
  for (let start = 0; start < size && boxes.length < maxBoxes; ) {
    const isInHead = start + boxHeaderBytes <= head.length
    const header = isInHead
      ? head.subarray(start, start + boxHeaderBytes)
      : await bytesAt(file, start, boxHeaderBytes)
    const box = boxAt(header, start, size)
    if (box === null) break
    boxes.push(box)
    if (isLast(box.type)) break
    start = box.end
  }
  return boxes
}

/** Fewer than asked for where the file ends. */
export async function bytesAt(file: FileHandle, start: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start)
  return buffer.subarray(0, bytesRead)
}

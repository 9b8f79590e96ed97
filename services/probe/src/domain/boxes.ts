import { boxSize, maxBoxHeaderBytes } from '@pushav/shared/lib/box-header.ts'

/** One top-level ISO BMFF box of a file. */
export interface Box {
  readonly type: string
  readonly start: number
  /** First byte after the box; never past the end of the file. */
  readonly end: number
}

/** An upload's bytes, on the disk or on a server. */
export interface ByteSource {
  readonly size: number
  /** Returns fewer bytes than `length` at the end of the upload. */
  read(start: number, length: number): Promise<Buffer>
}

const maxBoxes = 1_000
/** Holds the first boxes of nearly every file, so that one read is enough. */
const headBytes = 4_096

/** Top-level boxes from the start up to and including the first that `isLast` accepts. Reads box headers only. */
export async function boxesUntil(source: ByteSource, isLast: (type: string) => boolean): Promise<Box[]> {
  const { size } = source
  const head = await source.read(0, headBytes)
  const boxes: Box[] = []
  for (let start = 0; start < size && boxes.length < maxBoxes; ) {
    const isInHead = start + maxBoxHeaderBytes <= head.length
    const header = isInHead
      ? head.subarray(start, start + maxBoxHeaderBytes)
      : await source.read(start, maxBoxHeaderBytes)
    const box = boxAt(header, start, size)
    if (box === null) break
    boxes.push(box)
    if (isLast(box.type)) break
    start = box.end
  }
  return boxes
}

/**
 * The box at `start`; null when none can begin there (ISO/IEC 14496-12, 4.2). Cuts a box off at the end of the file.
 */
export function boxAt(header: Buffer, start: number, fileSize: number): Box | null {
  const size = boxSize(header, 0, fileSize - start)
  if (size === null) return null
  return { type: header.toString('latin1', 4, 8), start, end: Math.min(start + size, fileSize) }
}

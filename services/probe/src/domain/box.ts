/** One top-level ISO-BMFF box of a file: what its header says, held against the file's real size. */
export interface Box {
  readonly type: string
  readonly start: number
  /** First byte after it; never past the end of the file. */
  readonly end: number
}

/** The bytes of a box header at its longest: size, type, 64-bit size. */
export const boxHeaderBytes = 16

/** ISO/IEC 14496-12, 4.2. Null where no box can begin. A size that lies ends with the file. */
export function boxAt(header: Buffer, start: number, fileSize: number): Box | null {
  if (header.length < 8) return null
  const size = sizeOf(header, fileSize - start)
  if (size === null) return null
  return { type: header.toString('latin1', 4, 8), start, end: Math.min(start + size, fileSize) }
}

function sizeOf(header: Buffer, rest: number): number | null {
  const size = header.readUInt32BE(0)
  if (size === 0) return rest
  if (size !== 1) return size < 8 ? null : size
  if (header.length < boxHeaderBytes) return null
  const large = Number(header.readBigUInt64BE(8))
  return large < boxHeaderBytes ? null : large
}

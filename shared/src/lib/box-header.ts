/** Bytes of the longest ISO BMFF box header: size, type and 64-bit size. */
export const maxBoxHeaderBytes = 16

/**
 * The size in bytes of the ISO BMFF box whose header begins at `at`, header included (ISO/IEC 14496-12, 4.2). `rest` is
 * the number of bytes from there to the end of the file or parent box: a size of 0 means all of them. Null when no box
 * can begin there. Sizes above 2^53 are rounded.
 */
export function boxSize(bytes: Buffer, at: number, rest: number): number | null {
  if (bytes.length - at < 8) return null
  const size = bytes.readUInt32BE(at)
  if (size === 0) return rest
  if (size !== 1) return size < 8 ? null : size
  if (bytes.length - at < maxBoxHeaderBytes) return null
  const large = readUInt64(bytes, at + 8)
  return large < maxBoxHeaderBytes ? null : large
}

/** The unsigned 64-bit number at an offset, rounded above 2^53. */
export const readUInt64 = (bytes: Buffer, at: number): number =>
  bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4)

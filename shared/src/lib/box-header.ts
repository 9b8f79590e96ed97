/** The bytes of an ISO BMFF box header at its longest: size, type, 64-bit size. */
export const maxBoxHeaderBytes = 16

/**
 * The size of the ISO BMFF box whose header begins at `at`, header included (ISO/IEC 14496-12, 4.2). `rest` is the
 * number of bytes up to the end of what holds the box: size 0 means all of them. Null where no box can begin.
 * Sizes above 2^53 are rounded.
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

/** The 64-bit number at an offset, rounded above 2^53. */
export const readUInt64 = (bytes: Buffer, at: number): number =>
  bytes.readUInt32BE(at) * 2 ** 32 + bytes.readUInt32BE(at + 4)

/** First byte of the samples in the body of a trun with these flags (ISO/IEC 14496-12, 8.8.8). */
export const trunSamplesAt = (flags: number): number => 8 + (flags & 0x1 ? 4 : 0) + (flags & 0x4 ? 4 : 0)

/** Bytes that a trun with these flags has for each sample: four for its duration, size, flags and composition offset. */
export const trunStride = (flags: number): number => 4 * bitCount((flags >>> 8) & 0xf)

/** Bytes of a sample in front of one of its fields; `bit` is that of the field in the flags of the trun. */
export const trunFieldAt = (flags: number, bit: number): number => 4 * bitCount((flags & (bit - 1)) >>> 8)

const bitCount = (bits: number): number =>
  (bits & 1) + ((bits >> 1) & 1) + ((bits >> 2) & 1) + ((bits >> 3) & 1)

/** The DecoderConfigDescriptor inside the ES_Descriptor of an esds; null where there is none. */
export function decoderConfigOf(esds: Buffer): Buffer | null {
  const es = descriptorAt(esds, 4, 0x03)
  const flags = es?.[2]
  if (!es || flags === undefined) return null
  const afterUrl = 3 + (flags & 0x80 ? 2 : 0) + (flags & 0x40 ? 1 + (es[flags & 0x80 ? 5 : 3] ?? 0) : 0)
  return descriptorAt(es, afterUrl + (flags & 0x20 ? 2 : 0), 0x04)
}

/** The DecoderSpecificInfo of a DecoderConfigDescriptor; for MPEG-4 audio an AudioSpecificConfig. */
export const specificInfoOf = (config: Buffer): Buffer | null => descriptorAt(config, 13, 0x05)

/** The content of a descriptor with this tag; its size takes one to four bytes of seven bits. */
function descriptorAt(bytes: Buffer, at: number, tag: number): Buffer | null {
  if (bytes[at] !== tag) return null
  let size = 0
  for (let length = 1; length <= 4; length++) {
    const byte = bytes[at + length] ?? 0
    size = size * 128 + (byte & 0x7f)
    if (byte < 0x80) return bytes.subarray(at + length + 1, at + length + 1 + size)
  }
  return null
}

/** The first five bits of AudioSpecificConfig; 31 says that six more follow. Null where they are missing. */
export function audioTypeOf(specific: Buffer): number | null {
  const [first, second] = specific
  if (first === undefined) return null
  const type = first >> 3
  if (type < 31) return type
  return second === undefined ? null : 32 + ((first & 0x07) << 3) + (second >> 5)
}

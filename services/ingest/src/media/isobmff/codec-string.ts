import { assertHolds, type Box } from './box.ts'

/** The part of the codec string behind the sample entry's name, by type of the configuration box. */
const endings: Record<string, (config: Box) => string> = {
  avcC: avcEnding,
  hvcC: hevcEnding,
  av1C: av1Ending,
  vpcC: vpEnding,
  esds: mpeg4Ending,
}

/** Whether a box of this type in a sample entry configures the codec. */
export const isConfiguration = (type: string): boolean => Object.hasOwn(endings, type)

/**
 * The codec string of RFC 6381; the sample entry's name alone without a known configuration box. Throws
 * BoxMalformed.
 */
export function codecOf(entryType: string, config: Box | null): string {
  const ending = config && endings[config.type]
  return ending ? entryType + ending(config) : entryType
}

/** `.4d401f`: profile, constraints, level. ISO/IEC 14496-15, annex E. */
function avcEnding(config: Box): string {
  assertHolds(config, 4)
  return `.${config.body.toString('hex', 1, 4)}`
}

/**
 * `.1.6.L93.B0`: profile, compatibility bits reversed, tier and level, constraint bytes. ISO/IEC 14496-15,
 * annex E.
 */
function hevcEnding(config: Box): string {
  assertHolds(config, 13)
  const first = config.body.readUInt8(1)
  const space = ['', 'A', 'B', 'C'][first >> 6]
  const tier = first & 0x20 ? 'H' : 'L'
  const compatibility = reversed(config.body.readUInt32BE(2)).toString(16).toUpperCase()
  const constraints = [...config.body.subarray(6, 12)]
    .map((byte) => `.${byte.toString(16).toUpperCase()}`)
    .join('')
  return `.${space}${first & 0x1f}.${compatibility}.${tier}${config.body[12]}${constraints.replace(/(\.0)+$/, '')}`
}

function reversed(bits: number): number {
  let result = 0
  for (let bit = 0; bit < 32; bit++) result = (result << 1) | ((bits >>> bit) & 1)
  return result >>> 0
}

/** `.0.04M.08`: profile, level and tier, bit depth. AV1 in ISOBMFF, 5. */
function av1Ending(config: Box): string {
  assertHolds(config, 4)
  const profileAndLevel = config.body.readUInt8(1)
  const depth = config.body.readUInt8(2)
  const profile = profileAndLevel >> 5
  const tier = depth & 0x80 ? 'H' : 'M'
  const isTwelve = profile === 2 && (depth & 0x20) !== 0
  const bits = isTwelve ? 12 : depth & 0x40 ? 10 : 8
  return `.${profile}.${twoDigits(profileAndLevel & 0x1f)}${tier}.${twoDigits(bits)}`
}

/** `.00.10.08`: profile, level, bit depth. VP codec in ISOBMFF, "Codecs Parameter String". */
function vpEnding(config: Box): string {
  assertHolds(config, 7)
  const [profile = 0, level = 0, depth = 0] = config.body.subarray(4, 7)
  return `.${twoDigits(profile)}.${twoDigits(level)}.${twoDigits(depth >> 4)}`
}

const twoDigits = (value: number): string => String(value).padStart(2, '0')

/** `.40.2`: object type, then for MPEG-4 audio its audio object type. ISO/IEC 14496-1, 7.2.6. */
function mpeg4Ending(esds: Box): string {
  const config = decoderConfigOf(esds.body)
  const type = config?.[0]
  if (!config || type === undefined) return ''
  const specific = config.subarray(13)
  const audio = type === 0x40 && descriptorAt(specific, 0, 0x05)
  return `.${type.toString(16)}${audio ? audioTypeOf(audio) : ''}`
}

/** The DecoderConfigDescriptor inside the ES_Descriptor; null where there is none. */
function decoderConfigOf(esds: Buffer): Buffer | null {
  const es = descriptorAt(esds, 4, 0x03)
  const flags = es?.[2]
  if (!es || flags === undefined) return null
  const afterUrl = 3 + (flags & 0x80 ? 2 : 0) + (flags & 0x40 ? 1 + (es[flags & 0x80 ? 5 : 3] ?? 0) : 0)
  return descriptorAt(es, afterUrl + (flags & 0x20 ? 2 : 0), 0x04)
}

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

/** The first five bits of AudioSpecificConfig; 31 says that six more follow. */
function audioTypeOf(specific: Buffer): string {
  const [first, second = 0] = specific
  if (first === undefined) return ''
  const type = first >> 3
  return `.${type < 31 ? type : 32 + ((first & 0x07) << 3) + (second >> 5)}`
}

import type { Box } from '../box.ts'
import { audioTypeOf, decoderConfigOf, specificInfoOf } from './esds.ts'

/** The configuration boxes of a sample entry, by type. */
export type Configurations = Readonly<Record<string, Box>>

/** The part of the codec string behind the sample entry's name; null where the box does not tell it. */
type Ending = (config: Box) => string | null

interface Spelling {
  readonly config: string
  readonly ending: Ending
}

const avc: Spelling = { config: 'avcC', ending: avcEnding }
const hevc: Spelling = { config: 'hvcC', ending: hevcEnding }
const vp: Spelling = { config: 'vpcC', ending: vpEnding }
const mpeg4: Spelling = { config: 'esds', ending: mpeg4Ending }

/** How the codec of a sample entry is spelt, by its name. Dolby Vision has a spelling of its own. */
const spellings: Readonly<Record<string, Spelling>> = {
  avc1: avc,
  avc2: avc,
  avc3: avc,
  avc4: avc,
  hvc1: hevc,
  hvc2: hevc,
  hev1: hevc,
  hev2: hevc,
  av01: { config: 'av1C', ending: av1Ending },
  vp08: vp,
  vp09: vp,
  mp4a: mpeg4,
  mp4v: mpeg4,
}

const dolbyVisionEntries = new Set(['dvh1', 'dvhe', 'dav1', 'dva1', 'dvav'])

/** Whether a sample entry of this name is of Dolby Vision alone, which no other decoder reads. */
export const isDolbyVision = (entryType: string): boolean => dolbyVisionEntries.has(entryType)

/** The codec string of RFC 6381; the sample entry's name alone where its boxes do not tell more. */
export function codecOf(entryType: string, configurations: Configurations): string {
  if (isDolbyVision(entryType)) {
    const profile = dolbyVisionOf(configurations)
    return profile === null ? entryType : `${entryType}.${profile}`
  }
  const spelling = Object.hasOwn(spellings, entryType) ? spellings[entryType] : undefined
  const config = spelling && configurations[spelling.config]
  return config ? entryType + (spelling.ending(config) ?? '') : entryType
}

/** `08.07`: profile and level. Dolby Vision Streams Within the ISO Base Media File Format, 3.2 and 3.3. */
export function dolbyVisionOf({ dvcC, dvvC, dvwC }: Configurations): string | null {
  const body = (dvcC ?? dvvC ?? dvwC)?.body
  if (!body || body.length < 5) return null
  const word = body.readUInt16BE(2)
  return `${twoDigits(word >> 9)}.${twoDigits((word >> 3) & 0x3f)}`
}

/** `.4d401f`: profile, constraints, level. ISO/IEC 14496-15, annex E. */
function avcEnding({ body }: Box): string | null {
  return body.length < 4 ? null : `.${body.toString('hex', 1, 4)}`
}

/**
 * `.1.6.L93.B0`: profile, compatibility bits reversed, tier and level, constraint bytes. ISO/IEC 14496-15,
 * annex E.
 */
function hevcEnding({ body }: Box): string | null {
  if (body.length < 13) return null
  const first = body.readUInt8(1)
  const space = ['', 'A', 'B', 'C'][first >> 6]
  const tier = first & 0x20 ? 'H' : 'L'
  const compatibility = reversed(body.readUInt32BE(2)).toString(16).toUpperCase()
  const constraints = [...body.subarray(6, 12)].map((byte) => `.${byte.toString(16).toUpperCase()}`).join('')
  return `.${space}${first & 0x1f}.${compatibility}.${tier}${body[12]}${constraints.replace(/(\.0)+$/, '')}`
}

function reversed(bits: number): number {
  let result = 0
  for (let bit = 0; bit < 32; bit++) result = (result << 1) | ((bits >>> bit) & 1)
  return result >>> 0
}

/** `.0.04M.08`: profile, level and tier, bit depth. AV1 in ISOBMFF, 5. */
function av1Ending({ body }: Box): string | null {
  if (body.length < 4) return null
  const profileAndLevel = body.readUInt8(1)
  const depth = body.readUInt8(2)
  const profile = profileAndLevel >> 5
  const tier = depth & 0x80 ? 'H' : 'M'
  const isTwelve = profile === 2 && (depth & 0x20) !== 0
  const bits = isTwelve ? 12 : depth & 0x40 ? 10 : 8
  return `.${profile}.${twoDigits(profileAndLevel & 0x1f)}${tier}.${twoDigits(bits)}`
}

/** `.00.10.08`: profile, level, bit depth. VP codec in ISOBMFF, "Codecs Parameter String". */
function vpEnding({ body }: Box): string | null {
  if (body.length < 7) return null
  const [profile = 0, level = 0, depth = 0] = body.subarray(4, 7)
  return `.${twoDigits(profile)}.${twoDigits(level)}.${twoDigits(depth >> 4)}`
}

const twoDigits = (value: number): string => String(value).padStart(2, '0')

/** `.40.2`: object type, then for MPEG-4 audio its audio object type. ISO/IEC 14496-1, 7.2.6. */
function mpeg4Ending({ body }: Box): string | null {
  const config = decoderConfigOf(body)
  const type = config?.[0]
  if (!config || type === undefined) return null
  const specific = type === 0x40 ? specificInfoOf(config) : null
  const audioType = specific && audioTypeOf(specific)
  return `.${type.toString(16).padStart(2, '0')}${audioType === null ? '' : `.${audioType}`}`
}

import { at } from '../state.ts'

/** What the init segment says of a track's codec. */
export interface TrackCodec {
  /** RFC 6381, or the sample entry's four letters alone. */
  readonly codec: string
  /** Profile and level of Dolby Vision, `08.07`; null or absent without. */
  readonly dolbyVision?: string | null | undefined
}

/** Sample entries of one codec: parameter sets in or out of band, Dolby Vision. */
const families: Readonly<Record<string, string>> = {
  avc2: 'avc1',
  avc3: 'avc1',
  avc4: 'avc1',
  dva1: 'avc1',
  dvav: 'avc1',
  hev1: 'hvc1',
  dvh1: 'hvc1',
  dvhe: 'hvc1',
  dav1: 'av01',
}

/** Other names of sample entries. */
const synonyms: Readonly<Record<string, string>> = { vp8: 'vp08', vp9: 'vp09', 'ec+3': 'ec-3' }

/** Names that RFC 6381 gives codecs by their object type, though sample entries of their own exist. */
const objectTypes: Readonly<Record<string, string>> = {
  // Layers of MPEG-1 and MPEG-2 sound, which one decoder reads.
  'mp4a.69': 'mp4a.6b',
  'mp4a.40.34': 'mp4a.6b',
  '.mp3': 'mp4a.6b',
  'mp4a.a5': 'ac-3',
  'mp4a.a6': 'ec-3',
  'mp4a.ad': 'opus',
}

/** The codec family of a codec string: one name for all sample entries of a codec, in lower case. */
export function familyOf(codec: string): string {
  const { name } = partsOf(codec)
  return at(families, name) ?? name
}

/**
 * Whether an announced codec string means the codec of a track, however it is written: letter case, leading
 * zeros, fields that may be left out (RFC 6381; ISO/IEC 14496-15, annex E; the codec strings of VP and AV1).
 */
export function isSameCodec(announced: string, track: TrackCodec): boolean {
  const [one, other] = [partsOf(announced), partsOf(track.codec)]
  if (familyOf(announced) !== familyOf(track.codec)) return false
  if (isDolbyVision(one.name) || isDolbyVision(other.name)) return isSameDolbyVision(one, other, track)
  if (one.fields.length === 0 || other.fields.length === 0) return true
  if (one.name !== other.name) return false
  switch (familyOf(announced)) {
    case 'avc1':
      return isSameAvc(one.fields, other.fields)
    case 'hvc1':
      return isSameHevc(one.fields, other.fields)
    case 'mp4a':
      return isSameMpeg4(one.fields, other.fields)
    default:
      return haveSameStart(one.fields, other.fields)
  }
}

interface CodecParts {
  /** The name of the sample entry. */
  readonly name: string
  readonly fields: readonly string[]
}

function partsOf(codec: string): CodecParts {
  const whole = codec.trim().toLowerCase()
  const [name = '', ...fields] = (at(objectTypes, whole) ?? whole).split('.')
  return { name: at(synonyms, name) ?? name, fields }
}

const isDolbyVision = (name: string): boolean => /^(dvh1|dvhe|dva1|dvav|dav1)$/.test(name)

/** An entry of HEVC, AVC or AV1 may carry Dolby Vision that its own name does not tell. */
function isSameDolbyVision(announced: CodecParts, entry: CodecParts, { dolbyVision }: TrackCodec): boolean {
  if (isDolbyVision(entry.name) && announced.name !== entry.name) return false
  if (!dolbyVision) return isDolbyVision(entry.name)
  return haveSameStart(announced.fields, dolbyVision.split('.'))
}

/** Fields that both have are equal; as numbers where both are numbers. A longer string only says more. */
const haveSameStart = (one: readonly string[], other: readonly string[]): boolean =>
  one.every((field, index) => other[index] === undefined || isSameField(field, other[index]))

const isSameField = (one: string, other: string): boolean => withoutZeros(one) === withoutZeros(other)

const withoutZeros = (field: string): string => field.replace(/^0+(?=.)/, '')

/** `4d401f`, or the older form in decimal and without constraints, `77.31`. */
function isSameAvc(one: readonly string[], other: readonly string[]): boolean {
  const [first, second] = [avcOf(one), avcOf(other)]
  const isSameProfile = first.profile === second.profile && first.level === second.level
  const isUnknown = first.constraints === null || second.constraints === null
  return isSameProfile && (isUnknown || first.constraints === second.constraints)
}

function avcOf(fields: readonly string[]) {
  const [first = '', second] = fields
  if (second !== undefined) return { profile: Number(first), constraints: null, level: Number(second) }
  const [profile, constraints, level] = [0, 2, 4].map((at) => Number.parseInt(first.slice(at, at + 2), 16))
  return { profile, constraints, level }
}

/** Constraint bytes of zero at the end may be left out. */
function isSameHevc(one: readonly string[], other: readonly string[]): boolean {
  const [first, second] = [hevcOf(one), hevcOf(other)]
  return first.length === second.length && first.every((field, index) => field === second[index])
}

function hevcOf(fields: readonly string[]): readonly string[] {
  const all = fields.map(withoutZeros)
  while (all.length > 3 && all.at(-1) === '0') all.pop()
  return all
}

/**
 * Whether SBR or PS is in the stream, AudioSpecificConfig of AAC-LC does not tell: decoders find them in the
 * samples (implicit signalling, ISO/IEC 14496-3, 1.6.5). Likewise PS where it tells SBR.
 */
function isSameMpeg4(one: readonly string[], other: readonly string[]): boolean {
  const [announcedType = '', announcedAudio] = one
  const [type = '', audio] = other
  if (!isSameField(announcedType, type)) return false
  if (announcedAudio === undefined || audio === undefined || isSameField(announcedAudio, audio)) return true
  return at(implicit, audio)?.includes(withoutZeros(announcedAudio)) ?? false
}

/** Audio object types that the samples may have although AudioSpecificConfig names the one that is the key here. */
const implicit: Readonly<Record<string, readonly string[]>> = { '2': ['5', '29'], '5': ['29'] }

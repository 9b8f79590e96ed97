import type { Box } from '../box.ts'
import { type Configurations, dolbyVisionOf, isDolbyVision } from './codec-string.ts'
import { audioTypeOf, decoderConfigOf, specificInfoOf } from './esds.ts'

/** A fault of a sample entry: its code and a sentence. */
interface ConfigurationFault {
  readonly code: 'decoder-configuration' | 'parameter-sets-missing'
  readonly message: string
}

/** What a decoder of one sample entry needs; `faultOf` says what the box lacks, null for nothing. */
interface Need {
  readonly config: string
  readonly faultOf: (body: Buffer) => string | null
  /** Whether parameter sets that must be in the box are not. */
  readonly lacksSets?: (body: Buffer) => boolean
}

const avc = (inBand: boolean): Need => ({ config: 'avcC', faultOf: (body) => avcFault(body, inBand) })
const hev1: Need = { config: 'hvcC', faultOf: (body) => hevcFault(body) }
const hvc1: Need = { ...hev1, lacksSets: (body) => !hasHevcSets(body) }
const av1: Need = { config: 'av1C', faultOf: av1Fault }
const vp: Need = { config: 'vpcC', faultOf: (body) => tooShort(body, 12) }
const mpeg4: Need = { config: 'esds', faultOf: esdsFault }

/**
 * By name of the sample entry. ISO/IEC 14496-15, 5.4.2 and 8.4.1: the parameter sets of avc1 and hvc1 are in
 * the record, those of avc3 and hev1 may be in the samples.
 */
const needs: Readonly<Record<string, Need>> = {
  avc1: avc(false),
  avc2: avc(false),
  avc3: avc(true),
  avc4: avc(true),
  dva1: avc(false),
  dvav: avc(true),
  hvc1,
  hev1,
  dvh1: hvc1,
  dvhe: hev1,
  av01: av1,
  dav1: av1,
  vp08: vp,
  vp09: vp,
  vvc1: { config: 'vvcC', faultOf: (body) => tooShort(body, 6) },
  mp4a: mpeg4,
  mp4v: mpeg4,
  Opus: { config: 'dOps', faultOf: opusFault },
  fLaC: { config: 'dfLa', faultOf: flacFault },
  'ac-3': { config: 'dac3', faultOf: (body) => tooShort(body, 3) },
  'ec-3': { config: 'dec3', faultOf: (body) => tooShort(body, 5) },
  'ac-4': { config: 'dac4', faultOf: (body) => tooShort(body, 3) },
  alac: { config: 'alac', faultOf: (body) => tooShort(body, 28) },
  mha1: { config: 'mhaC', faultOf: (body) => tooShort(body, 5) },
  ipcm: { config: 'pcmC', faultOf: (body) => tooShort(body, 6) },
  fpcm: { config: 'pcmC', faultOf: (body) => tooShort(body, 6) },
  wvtt: { config: 'vttC', faultOf: () => null },
}

const dolbyVisionConfigs = ['dvcC', 'dvvC', 'dvwC']

const configurationTypes = new Set([
  ...Object.values(needs).map(({ config }) => config),
  ...dolbyVisionConfigs,
])

/** Whether a box of this type in a sample entry configures a codec. */
export const isConfiguration = (type: string): boolean => configurationTypes.has(type)

/**
 * What a decoder of a sample entry would miss in its configuration boxes; null for nothing, and for entries
 * whose decoders need none that is known here.
 */
export function configurationFault(
  entryType: string,
  configurations: Configurations,
): ConfigurationFault | null {
  const need = Object.hasOwn(needs, entryType) ? needs[entryType] : undefined
  if (!need) return null
  const code = 'decoder-configuration'
  const found = configurations[need.config]
  if (!found) return { code, message: `expected ${need.config} in ${entryType}; there is none` }
  const fault = need.faultOf(found.body) ?? dolbyVisionFault(entryType, configurations)
  if (fault !== null)
    return { code, message: `expected ${named(found)} of ${entryType} that configures a decoder; ${fault}` }
  if (!need.lacksSets?.(found.body)) return null
  const message = `expected video, sequence and picture parameter sets in ${named(found)} of ${entryType}; not all are there`
  return { code: 'parameter-sets-missing', message }
}

const named = ({ type, offset }: Box): string => `${type} at byte ${offset}`

function dolbyVisionFault(entryType: string, configurations: Configurations): string | null {
  if (!isDolbyVision(entryType) || dolbyVisionOf(configurations) !== null) return null
  return 'there is no dvcC, dvvC or dvwC beside it that tells profile and level'
}

const tooShort = (body: Buffer, length: number): string | null =>
  body.length < length ? `it holds ${body.length} bytes of at least ${length}` : null

/** ISO/IEC 14496-15, 5.3.3.1. */
function avcFault(body: Buffer, inBand: boolean): string | null {
  const fault = tooShort(body, 7)
  if (fault !== null) return fault
  if (body[0] !== 1) return `its version is ${body[0]}`
  if (((body[4] ?? 0) & 3) === 2) return 'its units have lengths of 3 bytes'
  const sequenceSets = readSets(body, 6, (body[5] ?? 0) & 0x1f)
  const count = sequenceSets && body[sequenceSets.end]
  const pictureSets =
    sequenceSets && count !== undefined ? readSets(body, sequenceSets.end + 1, count ?? 0) : null
  if (!sequenceSets || !pictureSets) return 'its parameter sets are cut short'
  if (inBand) return null
  if (!sequenceSets.first.some((first) => isAvcSequenceSet(first))) return 'it has no sequence parameter set'
  return pictureSets.first.some((first) => (first & 0x1f) === 8) ? null : 'it has no picture parameter set'
}

const isAvcSequenceSet = (first: number): boolean => (first & 0x1f) === 7 || (first & 0x1f) === 15

/** The first byte of each of `count` units behind their 16-bit lengths, and the end; null where cut short. */
function readSets(
  body: Buffer,
  from: number,
  count: number,
): { readonly first: readonly number[]; readonly end: number } | null {
  const first: number[] = []
  let at = from
  for (let left = count; left > 0; left--) {
    if (at + 2 > body.length) return null
    const length = body.readUInt16BE(at)
    if (at + 2 + length > body.length) return null
    if (length > 0) first.push(body[at + 2] ?? 0)
    at += 2 + length
  }
  return { first, end: at }
}

/** ISO/IEC 14496-15, 8.3.3.1. */
function hevcFault(body: Buffer): string | null {
  return tooShort(body, 23) ?? (hevcSetsIn(body) ? null : 'its parameter sets are cut short')
}

/** Types of the NAL units of VPS, SPS and PPS. */
const hevcSets = [32, 33, 34]

const hasHevcSets = (body: Buffer): boolean => hevcSets.every((type) => hevcSetsIn(body)?.has(type))

/** The types of the NAL units in an hvcC; null where one is cut short. */
function hevcSetsIn(body: Buffer): ReadonlySet<number> | null {
  const types = new Set<number>()
  let at = 23
  for (let arrays = body[22] ?? 0; arrays > 0; arrays--) {
    const sets = at + 3 > body.length ? null : readSets(body, at + 3, body.readUInt16BE(at + 1))
    if (!sets) return null
    for (const first of sets.first) types.add((first >> 1) & 0x3f)
    at = sets.end
  }
  return types
}

/** AV1 in ISOBMFF, 2.3.3: marker and version are 0x81. */
function av1Fault(body: Buffer): string | null {
  const fault = tooShort(body, 4)
  return fault ?? (body[0] === 0x81 ? null : 'its marker and version are not those of version 1')
}

/** ISO/IEC 14496-14, 5.6; ISO/IEC 14496-3, 1.6.2.1. */
function esdsFault(body: Buffer): string | null {
  const config = decoderConfigOf(body)
  if (!config || config.length < 13) return 'it has no decoder configuration'
  if (config[0] !== 0x40) return null
  const specific = specificInfoOf(config)
  const audioType = specific && audioTypeOf(specific)
  if (!specific || specific.length < 2 || !audioType) return 'it has no AudioSpecificConfig'
  return null
}

/** Encapsulation of Opus in ISOBMFF, 4.3.2. */
function opusFault(body: Buffer): string | null {
  const fault = tooShort(body, 11)
  if (fault !== null) return fault
  const channels = body[1] ?? 0
  if (channels === 0) return 'it has no channel'
  return body[10] === 0 ? null : tooShort(body, 13 + channels)
}

/** Encapsulation of FLAC in ISOBMFF, 3.3.2: the first metadata block is STREAMINFO of 34 bytes. */
function flacFault(body: Buffer): string | null {
  const fault = tooShort(body, 42)
  return fault ?? (((body[4] ?? 0) & 0x7f) === 0 ? null : 'it does not begin with STREAMINFO')
}

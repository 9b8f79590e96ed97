import { isPictureHandler } from '../../handlers.ts'
import type { InitFacts } from '../../inspection.ts'
import { assertHolds, type Box, fourCc, type Report, walkBoxes } from '../box.ts'
import { codecOf, dolbyVisionOf } from './codec-string.ts'
import { configurationFault, isConfiguration } from './decoder-configuration.ts'
import { subtitleBoxesAt, subtitleFault } from './stpp.ts'

type SampleEntry = Pick<
  InitFacts,
  'codec' | 'width' | 'height' | 'averageBitrate' | 'maxBitrate' | 'encrypted' | 'dolbyVision'
>

/** A sample entry, and how many there are, each with the size of its samples' initialization vectors. */
type SampleEntries = SampleEntry & Pick<InitFacts, 'descriptionCount' | 'ivSizes'>

export const emptySampleEntry: SampleEntry = {
  codec: '',
  width: null,
  height: null,
  averageBitrate: null,
  maxBitrate: null,
  encrypted: false,
  dolbyVision: null,
}

/** More entries than these are counted and not looked into. */
const maxEntries = 8

/**
 * Parses the sample entries of an stsd (ISO/IEC 14496-12, 8.5.2), and describes the first; CMAF allows more, but one codec
 * only.
 */
export function parseStsd(stsd: Box, handler: string, report: Report): SampleEntries {
  const entries: ParsedEntry[] = []
  let count = 0
  const context = { handler, version: stsd.body[0] ?? 0, report }
  const visit = (box: Box) => {
    count++
    if (count <= maxEntries) entries.push(parseEntry(box, context))
  }
  const isWhole = walkBoxes(stsd, 8, visit, report)
  const [first] = entries
  if (!first) report(`expected a whole sample entry in stsd at byte ${stsd.offset}; there is none`)
  if (!first) return emptySampleEntry
  assertHolds(stsd, 8)
  const written = stsd.body.readUInt32BE(4)
  if (isWhole && written !== count)
    report(`expected ${written} sample entries in stsd at byte ${stsd.offset} as it says; there are ${count}`)
  const ivSizes = entries.map((entry) => entry.ivSize)
  return {
    ...first.facts,
    ...(count > 1 ? { descriptionCount: count } : {}),
    ...(ivSizes.some((size) => size !== null) ? { ivSizes } : {}),
  }
}

interface ParsedEntry {
  readonly facts: SampleEntry
  /** As in InitFacts. */
  readonly ivSize: number | null
}

interface EntryContext {
  readonly handler: string
  /** Version of the stsd box. */
  readonly version: number
  readonly report: Report
}

interface EntryBoxes {
  readonly configurations: Record<string, Box>
  bitrate?: Pick<SampleEntry, 'averageBitrate' | 'maxBitrate'>
  /** Type of the sample entry before encryption, from frma. */
  original?: string
  /** The scheme of the encryption, from schm. */
  scheme?: string | undefined
  encryption?: TrackEncryption
}

interface TrackEncryption {
  /** As in InitFacts. */
  readonly ivSize: number | null
  /** What is wrong with it; null for nothing. */
  readonly fault: string | null
}

function parseEntry(entry: Box, context: EntryContext): ParsedEntry {
  const { handler } = context
  // A handler that does not fit is a fault of its own, and what is in the entry then is uncertain.
  const report = isFitting(entry.type, handler) ? context.report : ignore
  const boxes: EntryBoxes = { configurations: {} }
  const { configurations } = boxes
  const visitSchi = (box: Box) => {
    if (box.type !== 'tenc') return
    boxes.encryption = parseTenc(box)
  }
  const visitSinf = (box: Box) => {
    if (box.type === 'frma') boxes.original = originalOf(box)
    if (box.type === 'schm') boxes.scheme ??= schemeOf(box)
    return box.type !== 'schi' || walkBoxes(box, 0, visitSchi, report)
  }
  const visitWave = (box: Box) => {
    if (isConfiguration(box.type)) configurations[box.type] ??= box
  }
  const visit = (box: Box) => {
    if (box.type === 'sinf') return walkBoxes(box, 0, visitSinf, report)
    // QuickTime puts the configuration of sound one box deeper.
    if (box.type === 'wave') return walkBoxes(box, 0, visitWave, report)
    if (box.type === 'btrt') boxes.bitrate = parseBtrt(box)
    if (isConfiguration(box.type)) configurations[box.type] ??= box
    return true
  }
  const boxesAt = boxesAtIn(entry, context)
  const isRead = boxesAt !== null && walkBoxes(entry, boxesAt, visit, report)
  const type = boxes.original ?? entry.type
  const protection = isRead ? protectionFault(entry, boxes) : null
  if (protection !== null) report(protection, 'decoder-configuration')
  const fault =
    type === 'stpp' ? subtitleFault(entry) : isRead ? configurationFault(type, configurations) : null
  if (fault !== null) report(fault.message, fault.code)
  const facts: SampleEntry = {
    ...emptySampleEntry,
    ...(isPictureHandler(handler) && sizeOf(entry)),
    ...boxes.bitrate,
    codec: codecOf(type, configurations),
    dolbyVision: dolbyVisionOf(configurations),
    encrypted: boxes.original !== undefined || isEncrypted(entry),
  }
  return { facts, ivSize: boxes.encryption?.ivSize ?? null }
}

/** ISO/IEC 23001-7, 8.2: version, flags, pattern, isProtected, size of a vector, key id, and a constant vector where that is 0. */
function parseTenc(tenc: Box): TrackEncryption {
  assertHolds(tenc, 24)
  const { body } = tenc
  const [isProtected, ivSize = 0, constantSize = 0] = [body[6], body[7], body[24]]
  if (isProtected !== 1) return { ivSize: null, fault: null }
  if (ivSize !== 0) {
    const isKnown = ivSize === 8 || ivSize === 16
    return isKnown
      ? { ivSize, fault: null }
      : { ivSize: null, fault: `vectors of 8 or 16 bytes in tenc; it says ${ivSize}` }
  }
  const isWhole = (constantSize === 8 || constantSize === 16) && body.length >= 25 + constantSize
  return { ivSize, fault: isWhole ? null : 'a constant vector of 8 or 16 bytes in tenc; there is none' }
}

const isEncrypted = ({ type }: Box): boolean => /^enc[vatsm]$/.test(type)

/** What a decoder of encrypted media lacks (ISO/IEC 14496-12, 8.12.1; 23001-7, 4.2 and 8.2); null for nothing. */
function protectionFault(entry: Box, { original, scheme, encryption }: EntryBoxes): string | null {
  if (!isEncrypted(entry)) return null
  if (original === undefined) return `expected sinf with frma in ${entry.type}; there is none`
  if (encryption?.fault) return `expected ${encryption.fault}`
  if (scheme === undefined || encryption || !commonSchemes.has(scheme)) return null
  return `expected tenc in ${entry.type} of scheme ${scheme}; there is none`
}

const commonSchemes = new Set(['cenc', 'cbc1', 'cens', 'cbcs'])

/** Where fixed fields end and boxes begin, ISO/IEC 14496-12, 12.1 to 12.6; null where that is not known. */
function boxesAtIn(entry: Box, { handler, version }: EntryContext): number | null {
  const at = fieldsOf(entry, handler, version)
  if (at !== null) assertHolds(entry, at)
  return at
}

function fieldsOf(entry: Box, handler: string, version: number): number | null {
  const kind = knownKindOf(entry.type)
  if (kind === 'visual' || (kind === null && isPictureHandler(handler))) return 78
  if (kind === 'sound') return audioFieldsOf(entry, version)
  if (handler === 'soun') return audioFieldsOf(entry, version)
  if (entry.type === 'wvtt') return 8
  return entry.type === 'stpp' ? subtitleBoxesAt(entry.body) : null
}

const ignore: Report = () => true

function isFitting(type: string, handler: string): boolean {
  const kind = knownKindOf(type)
  return kind === null || (kind === 'visual' ? handler !== 'soun' : !isPictureHandler(handler))
}

/** What a sample entry is by its name, which counts more than the handler; null for names that are not known. */
function knownKindOf(type: string): 'visual' | 'sound' | null {
  if (/^(avc[1-4]|hvc[12]|hev[12]|av01|vp0[89]|vvc1|vvi1|dvh1|dvhe|dva1|dvav|dav1|encv)$/.test(type))
    return 'visual'
  return /^(mp4a|Opus|fLaC|alac|[ae]c-[34]|enca)$/.test(type) ? 'sound' : null
}

/** QuickTime's second and third version of an audio sample entry are longer. */
function audioFieldsOf(entry: Box, stsdVersion: number): number {
  assertHolds(entry, 28)
  const version = stsdVersion === 0 ? entry.body.readUInt16BE(8) : 0
  return 28 + (version === 1 ? 16 : version === 2 ? 36 : 0)
}

function sizeOf({ body }: Box): Pick<SampleEntry, 'width' | 'height'> {
  return { width: body.readUInt16BE(24) || null, height: body.readUInt16BE(26) || null }
}

function parseBtrt(box: Box): Pick<SampleEntry, 'averageBitrate' | 'maxBitrate'> {
  assertHolds(box, 12)
  return { averageBitrate: box.body.readUInt32BE(8), maxBitrate: box.body.readUInt32BE(4) }
}

/** Undefined where the box does not hold one. */
const schemeOf = ({ body }: Box): string | undefined => (body.length < 8 ? undefined : fourCc(body, 4))

function originalOf(frma: Box): string {
  assertHolds(frma, 4)
  return fourCc(frma.body, 0)
}

import { readUInt64 } from '@pushav/shared/lib/box-header.ts'
import type { InitFacts } from '../../inspection.ts'
import { assertHolds, type Box, BoxMalformed, fourCc, type Report, walkBoxes } from '../box.ts'
import { emptySampleEntry, parseStsd } from './stsd.ts'

/** The facts of a track that are inside its trak box. */
export type Trak = Omit<
  InitFacts,
  | 'delaySeconds'
  | 'trackCount'
  | 'isFragmented'
  | 'brands'
  | 'defaultDescription'
  | 'defaultSampleDuration'
  | 'defaultSampleSize'
  | 'defaultSampleFlags'
>

export const emptyTrak: Trak = {
  trackId: 0,
  timescale: 0,
  handler: '',
  language: 'und',
  kinds: [],
  ...emptySampleEntry,
}

/** The containers below trak that are entered, each with its parent, so that nesting has a bound. */
const parentOf: Record<string, string> = {
  mdia: 'trak',
  minf: 'mdia',
  stbl: 'minf',
  udta: 'trak',
  edts: 'trak',
}

const maxKinds = 32
const maxText = 256

interface TrakBoxes {
  tkhd?: Pick<Trak, 'trackId' | 'width' | 'height'>
  mdhd?: Pick<Trak, 'timescale' | 'language'>
  hdlr?: Pick<Trak, 'handler'>
  elng?: Pick<Trak, 'language'>
  stsd?: Box
  edits?: Edits
  hasSamples?: boolean
}

/**
 * Parses a trak (ISO/IEC 14496-12, 8.3.1). What is missing is reported and stays zero or empty. `delay`: how much later its
 * edit list shows the first sample, in units of the movie's timescale.
 */
export function parseTrak(trak: Box, report: Report): { readonly trak: Trak; readonly delay: number } {
  const found: TrakBoxes = {}
  const kinds: string[] = []
  const visitIn =
    (parent: string) =>
    (box: Box): boolean => {
      const { type } = box
      if (parentOf[type] === parent) return walkBoxes(box, 0, visitIn(type), report)
      if (type === 'tkhd') found.tkhd = parseTkhd(box)
      else if (type === 'mdhd') found.mdhd = parseMdhd(box)
      // QuickTime has another hdlr in minf.
      else if (type === 'hdlr' && parent === 'mdia') found.hdlr = parseHdlr(box)
      else if (type === 'elng') found.elng = { language: textAt(box.body, 4) }
      else if (type === 'kind' && kinds.length < maxKinds) kinds.push(kindOf(box))
      else if (type === 'stsd') found.stsd = box
      else if (type === 'stsz' || type === 'stz2') found.hasSamples = hasSamplesIn(box)
      else if (type === 'elst' && parent === 'edts') found.edits = editsOf(box)
      return true
    }
  walkBoxes(trak, 0, visitIn('trak'), report)

  for (const type of ['tkhd', 'mdhd', 'hdlr', 'stsd'] as const)
    if (!found[type]) report(`expected a whole ${type} in trak at byte ${trak.offset}; there is none`)
  const { tkhd, mdhd, hdlr, elng, stsd } = found
  if (tkhd?.trackId === 0)
    report(`expected a track id above 0 in trak at byte ${trak.offset}; received 0`, 'init-incomplete')
  const entry = stsd ? parseStsd(stsd, hdlr?.handler ?? '', report) : emptySampleEntry
  const { width = null, height = null } = tkhd ?? {}
  const facts: Trak = {
    ...emptyTrak,
    ...tkhd,
    ...mdhd,
    ...hdlr,
    ...elng,
    ...entry,
    kinds,
    ...(found.hasSamples ? { hasSamples: true } : {}),
    ...(found.edits?.start ? { editStart: found.edits.start } : {}),
    width: entry.width ?? width,
    height: entry.height ?? height,
  }
  return { trak: facts, delay: found.edits?.delay ?? 0 }
}

function parseTkhd(box: Box): Pick<Trak, 'trackId' | 'width' | 'height'> {
  const isLong = box.body[0] === 1
  assertHolds(box, isLong ? 96 : 84)
  const sizeAt = isLong ? 88 : 76
  return {
    trackId: box.body.readUInt32BE(isLong ? 20 : 12),
    width: box.body.readUInt16BE(sizeAt) || null,
    height: box.body.readUInt16BE(sizeAt + 4) || null,
  }
}

function parseMdhd(box: Box): Pick<Trak, 'timescale' | 'language'> {
  const isLong = box.body[0] === 1
  assertHolds(box, isLong ? 36 : 24)
  const timescale = box.body.readUInt32BE(isLong ? 20 : 12)
  if (timescale === 0)
    throw new BoxMalformed(`expected mdhd at byte ${box.offset} to have a timescale above 0`)
  return {
    timescale,
    language: languageOf(box.body.readUInt16BE(isLong ? 32 : 20)),
  }
}

/** ISO/IEC 14496-12, 8.7.3: behind sample size or field size stands the count. */
function hasSamplesIn(sizes: Box): boolean {
  return sizes.body.length >= 12 && sizes.body.readUInt32BE(8) > 0
}

interface Edits {
  /** Durations of the edits in front of the media, in units of the movie's timescale. */
  readonly delay: number
  /** Media time of the first edit behind those, in units of the track's timescale. */
  readonly start: number
}

/** ISO/IEC 14496-12, 8.6.6: the edits in front of the media have media time -1. */
function editsOf(elst: Box): Edits {
  assertHolds(elst, 8)
  const { body } = elst
  const isLong = body[0] === 1
  const stride = isLong ? 20 : 12
  const count = Math.min(body.readUInt32BE(4), maxEdits)
  assertHolds(elst, 8 + count * stride)
  let delay = 0
  for (let at = 8; at < 8 + count * stride; at += stride) {
    const mediaTime = isLong ? Number(body.readBigInt64BE(at + 8)) : body.readInt32BE(at + 4)
    if (mediaTime !== -1) return { delay, start: mediaTime }
    delay += isLong ? readUInt64(body, at) : body.readUInt32BE(at)
  }
  return { delay, start: 0 }
}

/** More edits than this are not looked at. */
const maxEdits = 64

/** Three letters of five bits each, ISO 639-2. */
function languageOf(packed: number): string {
  const letters = [10, 5, 0].map((shift) => String.fromCharCode(0x60 + ((packed >> shift) & 0x1f))).join('')
  return /^[a-z]{3}$/.test(letters) ? letters : 'und'
}

function parseHdlr(box: Box): Pick<Trak, 'handler'> {
  assertHolds(box, 12)
  return { handler: fourCc(box.body, 8) }
}

function kindOf({ body }: Box): string {
  const schemeEnd = body.indexOf(0, 4)
  return schemeEnd < 0 ? textAt(body, 4) : `${textAt(body, 4)} ${textAt(body, schemeEnd + 1)}`
}

/** Up to the first zero byte. */
function textAt(bytes: Buffer, at: number): string {
  const end = bytes.indexOf(0, at)
  return bytes.toString('utf8', at, Math.min(end < 0 ? bytes.length : end, at + maxText))
}

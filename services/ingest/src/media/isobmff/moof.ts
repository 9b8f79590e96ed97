import { readUInt64 } from '@pushav/shared/lib/box-header.ts'
import { assertHolds, type Box, BoxMalformed, flagsOf, type Report, walkBoxes } from './box.ts'
import { addToRuns, type Run, type SampleBase } from './sample-ranges.ts'
import {
  addEncryptionBox,
  checkSampleEncryption,
  type EncryptionBoxes,
  hasInformation,
} from './senc/sample-encryption.ts'
import { trunFieldAt, trunSamplesAt, trunStride } from './trun-fields.ts'

/** One moof (ISO/IEC 14496-12, 8.8.4). */
export interface Moof {
  readonly sequence: number
  readonly trafs: readonly Traf[]
  readonly encrypted: boolean
}

/** One track's part of a moof. */
export interface Traf {
  readonly trackId: number
  /** Null without tfdt; below 0 where the top bit of its 64 is set. */
  readonly decodeTime: number | null
  /** The tfdt has 32 bits. */
  readonly isShortDecodeTime: boolean
  readonly sampleCount: number
  /** Sum over the samples whose duration is written in the traf, in the track's timescale. */
  readonly explicitDuration: number
  /** Samples whose duration is left to the trex default. */
  readonly defaultedSamples: number
  /** Null where the trex default decides, and without samples. */
  readonly startsWithSync: boolean | null
  /** tfhd says default-base-is-moof. */
  readonly baseIsMoof: boolean
  /** The sizes of some samples are left to the trex default. */
  readonly hasUnsized: boolean
  /** The size of each sample that is not empty is left to the trex default. */
  readonly isUnsized: boolean
  readonly base: SampleBase
  /** Where the samples lie. */
  readonly runs: readonly Run[]
  /** Number of the sample description that tfhd names; 0 where that is left to trex. */
  readonly description: number
  /** Whether each sample has information on its encryption. */
  readonly isInformed: boolean
  /** Sizes of an initialization vector with which senc can be read; null where nothing is known of them. */
  readonly ivSizes: readonly number[] | null
}

/** Parses a moof. Null, with a report of what is missing, where it has no whole mfhd or no whole traf. */
export function parseMoof(moof: Box, report: Report): Moof | null {
  let sequence: number | null = null
  let encrypted = false
  const trafs: Traf[] = []
  walkBoxes(
    moof,
    0,
    (box) => {
      if (box.type === 'mfhd') {
        if (sequence !== null) return reportAnother(box, report)
        sequence = sequenceOf(box)
      } else if (box.type === 'pssh') encrypted = true
      else if (box.type === 'traf') return addTraf(box)
      return true
    },
    report,
  )
  if (sequence === null) report(`expected a whole mfhd in moof at byte ${moof.offset}; there is none`)
  if (trafs.length === 0) report(`expected a whole traf in moof at byte ${moof.offset}; there is none`)
  return sequence === null || trafs.length === 0 ? null : { sequence, trafs, encrypted }

  function addTraf(box: Box): boolean {
    const traf = parseTraf(box, moof, report)
    if (traf.encrypted) encrypted = true
    if (traf.facts) trafs.push(traf.facts)
    return traf.mayContinue
  }
}

/** A box that may come once (ISO/IEC 14496-12, 8.8.5, 8.8.7 and 8.8.12). */
const reportAnother = ({ type, offset }: Box, report: Report): boolean =>
  report(`expected one ${type}; there is another at byte ${offset}`)

function sequenceOf(mfhd: Box): number {
  assertHolds(mfhd, 8)
  return mfhd.body.readUInt32BE(4)
}

interface Tfhd extends SampleBase {
  readonly duration: number | null
  readonly flags: number | null
  readonly description: number
}

interface Tfdt {
  readonly decodeTime: number
  readonly isShort: boolean
}

/** Sums over all truns. Defaults are applied once tfhd is known, which may stand behind them. */
interface Runs {
  boxes: number
  samples: number
  writtenDuration: number
  samplesWithoutDuration: number
  writtenBytes: number
  samplesWithoutSize: number
  /** The first data offset below 0. */
  negativeOffset: number | null
  /** Flags of the first sample; null where not written. */
  firstFlags: number | null
  readonly places: Run[]
  /** A trun could not be read, so that those behind it cannot be placed. */
  hasBrokenRun: boolean
}

interface TrafResult {
  readonly facts: Traf | null
  readonly encrypted: boolean
  /** False when there are enough faults and the caller should stop. */
  readonly mayContinue: boolean
}

function parseTraf(traf: Box, moof: Box, report: Report): TrafResult {
  let tfhd: Tfhd | null = null
  let tfdt: Tfdt | null = null
  let encryption: EncryptionBoxes | null = null
  const runs = startRuns()
  const visit = (box: Box) => {
    if (box.type === 'trun') return addRun(runs, box, report)
    if (box.type === 'tfhd') {
      if (tfhd !== null) return reportAnother(box, report)
      tfhd = parseTfhd(box, report)
    } else if (box.type === 'tfdt') {
      if (tfdt !== null) return reportAnother(box, report)
      tfdt = parseTfdt(box, report)
    } else encryption = addEncryptionBox(encryption, box)
    return true
  }
  const isWalkDone = walkBoxes(traf, 0, visit, report)
  if (tfhd === null) {
    const mayContinue = report(`expected a whole tfhd in traf at byte ${traf.offset}; there is none`)
    return { facts: null, encrypted: encryption !== null, mayContinue: isWalkDone && mayContinue }
  }
  const mayContinue = reportSamples(traf, tfhd, runs, report)
  const facts = trafOf(tfhd, tfdt, runs)
  return {
    facts:
      encryption === null
        ? facts
        : { ...facts, ...encryptionOf(encryption, { traf, moof, tfhd, runs }, report) },
    encrypted: encryption !== null,
    mayContinue: isWalkDone && mayContinue,
  }
}

interface TrafPlace {
  readonly traf: Box
  readonly moof: Box
  readonly tfhd: Tfhd
  readonly runs: Runs
}

/** What a traf says of its samples' encryption; reports what does not fit them. */
function encryptionOf(
  boxes: EncryptionBoxes,
  { traf, moof, tfhd, runs }: TrafPlace,
  report: Report,
): Pick<Traf, 'isInformed' | 'ivSizes'> {
  const isInformed = hasInformation(boxes)
  if (runs.hasBrokenRun) return { isInformed, ivSizes: null }
  const { fault, ivSizes } = readEncryption()
  if (fault !== null) report(`${fault} in traf at byte ${traf.offset}`, 'sample-encryption')
  return { isInformed, ivSizes }

  function readEncryption() {
    // The header of moof has 8 bytes, or 16 with a large size.
    const bases = tfhd.baseIsMoof ? [moof.offset - 8, moof.offset - 16] : null
    const { samples, boxes: count } = runs
    try {
      return checkSampleEncryption(boxes, { traf, samples, runs: count, defaultSize: tfhd.size, bases })
    } catch (error) {
      if (!(error instanceof BoxMalformed)) throw error
      report(error.message)
      return { fault: null, ivSizes: null }
    }
  }
}

const startRuns = (): Runs => ({
  boxes: 0,
  samples: 0,
  writtenDuration: 0,
  samplesWithoutDuration: 0,
  writtenBytes: 0,
  samplesWithoutSize: 0,
  negativeOffset: null,
  firstFlags: null,
  places: [],
  hasBrokenRun: false,
})

/** In CMAF samples lie in the mdat behind their moof. A size left to trex is unknown here and counts as 1. */
function reportSamples({ offset }: Box, tfhd: Tfhd, runs: Runs, report: Report): boolean {
  const { samples, negativeOffset, writtenBytes, samplesWithoutSize } = runs
  if (negativeOffset !== null && tfhd.baseOffset === null)
    return report(
      `expected samples behind their moof in traf at byte ${offset}; their data offset is ${negativeOffset}`,
    )
  const bytes = writtenBytes + samplesWithoutSize * (tfhd.size ?? 1)
  if (samples === 0 || bytes > 0) return true
  return report(`expected samples with bytes in traf at byte ${offset}; all ${samples} are empty`)
}

function trafOf(tfhd: Tfhd, tfdt: Tfdt | null, runs: Runs): Traf {
  const { samples: sampleCount, samplesWithoutDuration, writtenDuration } = runs
  const flags = runs.firstFlags ?? tfhd.flags
  return {
    trackId: tfhd.trackId,
    decodeTime: tfdt?.decodeTime ?? null,
    isShortDecodeTime: tfdt?.isShort ?? false,
    sampleCount,
    explicitDuration: writtenDuration + samplesWithoutDuration * (tfhd.duration ?? 0),
    defaultedSamples: tfhd.duration === null ? samplesWithoutDuration : 0,
    startsWithSync: sampleCount === 0 || flags === null ? null : isSync(flags),
    baseIsMoof: tfhd.baseIsMoof,
    isUnsized: tfhd.size === null && runs.samplesWithoutSize > 0 && runs.writtenBytes === 0,
    hasUnsized: tfhd.size === null && runs.samplesWithoutSize > 0,
    base: tfhd,
    runs: runs.hasBrokenRun ? [] : runs.places,
    description: tfhd.description,
    isInformed: false,
    ivSizes: null,
  }
}

/** Whether sample_is_non_sync_sample is not set (ISO/IEC 14496-12, 8.8.3.1). */
export const isSync = (sampleFlags: number): boolean => (sampleFlags & 0x1_0000) === 0

function parseTfhd(box: Box, report: Report): Tfhd {
  assertHolds(box, 8)
  const flags = flagsOf(box)
  const descriptionAt = 8 + (flags & 0x1 ? 8 : 0)
  const durationAt = descriptionAt + (flags & 0x2 ? 4 : 0)
  const sizeAt = durationAt + (flags & 0x8 ? 4 : 0)
  const flagsAt = sizeAt + (flags & 0x10 ? 4 : 0)
  assertHolds(box, flagsAt + (flags & 0x20 ? 4 : 0))
  const description = flags & 0x2 ? box.body.readUInt32BE(descriptionAt) : null
  if (description === 0)
    report(
      `expected a sample description from number 1 on in tfhd at byte ${box.offset}; received 0`,
      'sample-description-index',
    )
  return {
    description: description ?? 0,
    trackId: box.body.readUInt32BE(4),
    duration: flags & 0x8 ? box.body.readUInt32BE(durationAt) : null,
    size: flags & 0x10 ? box.body.readUInt32BE(sizeAt) : null,
    flags: flags & 0x20 ? box.body.readUInt32BE(flagsAt) : null,
    baseIsMoof: (flags & 0x2_0000) !== 0,
    baseOffset: flags & 0x1 ? readUInt64(box.body, 8) : null,
  }
}

/** The field is unsigned (ISO/IEC 14496-12, 8.8.12); its top bit is set where a muxer wrote a time below 0. */
function parseTfdt(tfdt: Box, report: Report): Tfdt {
  assertHolds(tfdt, 8)
  if (tfdt.body[0] === 0) return { decodeTime: tfdt.body.readUInt32BE(4), isShort: true }
  assertHolds(tfdt, 12)
  const decodeTime = Number(tfdt.body.readBigInt64BE(4))
  if (decodeTime < 0)
    report(
      `expected a decode time from 0 on in tfdt at byte ${tfdt.offset}; received ${decodeTime} in unsigned bits`,
      'decode-time-negative',
    )
  return { decodeTime, isShort: false }
}

/** Adds a trun; false when there are enough faults. */
function addRun(runs: Runs, trun: Box, report: Report): boolean {
  const hadBrokenRun = runs.hasBrokenRun
  runs.hasBrokenRun = true
  assertHolds(trun, 8)
  const { body } = trun
  const flags = flagsOf(trun)
  const count = body.readUInt32BE(4)
  const samplesAt = trunSamplesAt(flags)
  const stride = trunStride(flags)
  assertHolds(trun, samplesAt + count * stride)
  runs.hasBrokenRun = hadBrokenRun
  runs.boxes += 1

  if (runs.samples === 0 && count > 0) runs.firstFlags = firstFlagsOf(body, flags, samplesAt)
  const offset = flags & 0x1 ? body.readInt32BE(8) : null
  if (offset !== null && offset < 0) runs.negativeOffset ??= offset
  runs.samples += count
  if (flags & 0x100) runs.writtenDuration += sumOf(body, { at: samplesAt, count, stride })
  else runs.samplesWithoutDuration += count
  const unsized = flags & 0x200 ? 0 : count
  const bytes = flags & 0x200 ? sumOf(body, { at: samplesAt + trunFieldAt(flags, 0x200), count, stride }) : 0
  runs.samplesWithoutSize += unsized
  runs.writtenBytes += bytes
  addToRuns(runs.places, { offset, bytes, unsized })
  const isUnsigned = body[0] === 0
  if (!(flags & 0x800 && isUnsigned && hasTopBit(body, { at: samplesAt + stride - 4, count, stride })))
    return true
  return report(
    `expected composition offsets below 2147483648 in trun of version 0 at byte ${trun.offset}; received a negative one`,
    'composition-offset-negative',
  )
}

/** One 32-bit field of all samples of a trun. */
interface SampleField {
  readonly at: number
  readonly count: number
  readonly stride: number
}

/** Whether the top bit of the field is set in one of the samples. */
function hasTopBit(body: Buffer, { at: first, count, stride }: SampleField): boolean {
  for (let at = first, left = count; left > 0; left--, at += stride) if ((body[at] ?? 0) >= 0x80) return true
  return false
}

/** Sum of one 32-bit field over all samples of a trun. */
function sumOf(body: Buffer, field: SampleField): number {
  let sum = 0
  for (let at = field.at, left = field.count; left > 0; left--, at += field.stride)
    sum += body.readUInt32BE(at)
  return sum
}

function firstFlagsOf(body: Buffer, flags: number, samplesAt: number): number | null {
  if (flags & 0x4) return body.readUInt32BE(samplesAt - 4)
  if (!(flags & 0x400)) return null
  return body.readUInt32BE(samplesAt + trunFieldAt(flags, 0x400))
}

import { readUInt64 } from '@pushav/shared/lib/box-header.ts'
import type { InitFacts, SegmentIndex } from '../../inspection.ts'
import { assertHolds, type Box } from '../box.ts'
import type { TopBox } from '../box-scanner.ts'
import type { Faults } from '../faults.ts'
import type { Moof } from '../moof.ts'
import { indexFault, type Subsegment, unevenFault } from './index-agreement.ts'

/** One sidx whose subsegments are still to come. */
interface PendingIndex {
  /** First byte of the sidx. */
  readonly at: number
  readonly trackId: number
  readonly timescale: number
  /** Earliest presentation time. */
  readonly start: number
  /** 12 bytes each. */
  readonly references: Buffer
  /** A reference leads to another sidx: then this one says little of moofs. */
  readonly isNested: boolean
  /** First byte and end of the subsegment that comes next, and its place among them, from 0. */
  from: number
  to: number
  nth: number
  /** The first decode time of the moofs so far. */
  decodeTime: number | null
  readonly subsegments: Subsegment[]
}

/** References that are still to come and are held at most; one sidx has up to 65 535. */
const maxReferences = 65_536

/** While so many sidx wait for their subsegments, further ones are not checked: each box is compared with all that wait. */
const maxPending = 64

interface SegmentIndexesDeps {
  readonly report: Faults['reportAt']
  /** Called with the first sidx of an upload without a header: the timescale of its track is in another upload. */
  readonly addIndex: (index: SegmentIndex) => void
  /** Whether media came before the first sidx. */
  readonly hasMedia: boolean
}

/**
 * Checks that each sidx leads to what follows it (ISO/IEC 14496-12, 8.16.3): that its subsegments end where boxes end, have
 * moofs of its track, and last as long as it says.
 */
export function createSegmentIndexes({ report, addIndex, hasMedia }: SegmentIndexesDeps) {
  let pending: PendingIndex[] = []
  let references = 0
  let isFirst = true
  let isLimitReported = false
  let isWithMedia = hasMedia
  /** The newest sidx whose subsegments have come, while no other segment has begun. */
  let ended: PendingIndex | null = null

  return { addSidx, addMoof, passBox, settle, abandon }

  function addSidx(top: TopBox, box: Box): void {
    ended = null
    const index = parseSidx(top, box)
    const count = countOf(index)
    if (index.timescale === 0) reportFault(index, 'expected a timescale above 0 in sidx, received 0')
    else if (pending.length >= maxPending || references + count > maxReferences) reportLimit(index)
    else if (count > 0) {
      references += count
      pending.push(index)
    }
  }

  function reportLimit({ at }: PendingIndex): void {
    if (isLimitReported) return
    isLimitReported = true
    const message = `expected up to ${maxPending} sidx with up to ${maxReferences} references that wait for their subsegments, more is beyond the limit of this server; the sidx at byte ${at} was not checked`
    report(at, message, 'box-too-large')
  }

  function addMoof({ start }: TopBox, { trafs }: Moof): void {
    isWithMedia = true
    if (ended) reportBehind(ended, start)
    ended = null
    for (const index of pending) if (start >= index.from && !index.isNested) addTrafs(index, trafs)
  }

  /** A box that is complete, a moof after `addMoof`. `init`: the header in front of it, if the upload has one. */
  function passBox(box: TopBox, init: InitFacts | null): void {
    if (box.type === 'styp' || box.type === 'ftyp' || box.type === 'mfra') ended = null
    if (pending.length === 0) return
    for (const index of pending) passOne(index, box, init)
    pending = pending.filter((index) => index.nth < countOf(index))
    references = pending.reduce((sum, index) => sum + countOf(index), 0)
  }

  function passOne(index: PendingIndex, box: TopBox, init: InitFacts | null): void {
    const { type, end } = box
    if (end <= index.from) return
    const current = index.subsegments.at(-1)
    if (current && type === 'mdat') current.hasMdat = true
    const fault = cutFault(index, box) ?? (end === index.to && !index.isNested ? emptyFault(index) : null)
    if (fault !== null) drop(index, fault)
    else if (end === index.to) endSubsegment(index, init)
  }

  function endSubsegment(index: PendingIndex, init: InitFacts | null): void {
    index.nth += 1
    index.from = index.to
    if (index.nth === countOf(index)) finish(index, init)
    else {
      index.to += sizeAt(index, index.nth)
      index.subsegments.push(newSubsegment())
    }
  }

  function finish(index: PendingIndex, init: InitFacts | null): void {
    if (index.isNested) return
    ended = index
    // `init` describes the first track alone, and the index may be of another one.
    if (init && init.trackCount !== 1) return
    const durations = durationsOf(index)
    const facts = factsOf(index, durations)
    const fault =
      unevenFault(facts, index.subsegments, durations) ?? (init && indexFault(facts, trackOf(init)))
    if (fault !== null) reportFault(index, fault)
    else if (init === null && isFirst) addIndex(facts)
    isFirst = false
  }

  function reportBehind(index: PendingIndex, start: number): void {
    reportFault(
      index,
      `expected sidx to lead to all media of its segment, received a moof at byte ${start} behind that`,
    )
  }

  /**
   * The upload has ended at byte `end`; null for a part of a longer one. Indexes that come without any media may lead to
   * other files.
   */
  function settle(end: number | null): void {
    for (const index of pending)
      if (isWithMedia && end !== null)
        reportFault(
          index,
          `expected ${countOf(index)} subsegments behind sidx, the upload ends at byte ${end} before byte ${index.to}, the end of number ${index.nth + 1}`,
        )
    abandon()
  }

  /** The upload breaks off, which is a fault of its own. */
  function abandon(): void {
    pending = []
    ended = null
  }

  function drop(index: PendingIndex, message: string): void {
    reportFault(index, message)
    index.nth = countOf(index)
  }

  function reportFault({ at }: PendingIndex, message: string): void {
    report(at, `${message} (sidx at byte ${at})`, 'segment-index')
  }
}

function cutFault({ from, to }: PendingIndex, { type, start, end }: TopBox): string | null {
  const cut = start < from ? from : end > to ? to : null
  if (cut === null) return null
  return `expected subsegments of sidx that begin and end between boxes, received byte ${cut} inside the ${type} at byte ${start}`
}

function emptyFault({ subsegments, nth, to }: PendingIndex): string | null {
  const subsegment = subsegments.at(-1)
  const hasBytes = !subsegment?.samples || subsegment.hasMdat
  if (subsegment?.moofs && hasBytes) return null
  const missing = subsegment?.moofs ? 'an mdat' : 'a moof'
  return `expected ${missing} in subsegment ${nth + 1} of sidx, which ends at byte ${to}`
}

const newSubsegment = (): Subsegment => ({
  moofs: 0,
  hasMdat: false,
  samples: 0,
  explicitDuration: 0,
  defaultedSamples: 0,
})

function parseSidx({ start: at, end }: TopBox, box: Box): PendingIndex {
  const { body } = box
  const isLong = body[0] !== 0
  const countAt = isLong ? 30 : 22
  assertHolds(box, countAt + 2)
  const count = body.readUInt16BE(countAt)
  assertHolds(box, countAt + 2 + 12 * count)
  const references = Buffer.from(body.subarray(countAt + 2, countAt + 2 + 12 * count))
  const firstOffset = isLong ? readUInt64(body, 20) : body.readUInt32BE(16)
  const index = {
    at,
    trackId: body.readUInt32BE(4),
    timescale: body.readUInt32BE(8),
    start: isLong ? readUInt64(body, 12) : body.readUInt32BE(12),
    references,
    isNested: isNested(references),
    from: end + firstOffset,
    to: end + firstOffset,
    nth: 0,
    decodeTime: null,
    subsegments: [newSubsegment()],
  }
  return count > 0 ? { ...index, to: index.from + sizeAt(index, 0) } : index
}

const countOf = ({ references }: Pick<PendingIndex, 'references'>): number => references.length / 12

/** The first bit of a reference: to a sidx, not to media. */
function isNested(references: Buffer): boolean {
  for (let at = 0; at < references.length; at += 12) if ((references[at] ?? 0) & 0x80) return true
  return false
}

const sizeAt = ({ references }: Pick<PendingIndex, 'references'>, nth: number): number =>
  references.readUInt32BE(12 * nth) & 0x7fff_ffff

const durationsOf = (index: PendingIndex): readonly number[] =>
  Array.from({ length: countOf(index) }, (_, nth) => index.references.readUInt32BE(12 * nth + 4))

function addTrafs(index: PendingIndex, trafs: Moof['trafs']): void {
  const current = index.subsegments.at(-1)
  if (!current) return
  current.moofs += 1
  for (const { trackId, decodeTime, sampleCount, explicitDuration, defaultedSamples } of trafs) {
    if (trackId !== index.trackId) continue
    index.decodeTime ??= decodeTime
    current.samples += sampleCount
    current.explicitDuration += explicitDuration
    current.defaultedSamples += defaultedSamples
  }
}

function factsOf(index: PendingIndex, durations: readonly number[]): SegmentIndex {
  const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)
  return {
    trackId: index.trackId,
    timescale: index.timescale,
    start: index.start,
    duration: sumOf(durations),
    decodeTime: index.decodeTime,
    samples: sumOf(index.subsegments.map(({ samples }) => samples)),
    explicitDuration: sumOf(index.subsegments.map(({ explicitDuration }) => explicitDuration)),
    defaultedSamples: sumOf(index.subsegments.map(({ defaultedSamples }) => defaultedSamples)),
  }
}

const trackOf = (init: InitFacts) => ({ ...init, sampleDuration: init.defaultSampleDuration })

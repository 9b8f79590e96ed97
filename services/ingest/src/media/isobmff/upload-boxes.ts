import type { InitFacts, Inspection } from '../inspection.ts'
import { type Box, BoxMalformed } from './box.ts'
import type { IncompleteBox, TopBox } from './box-scanner.ts'
import type { Faults } from './faults.ts'
import { createMediaFacts } from './media-facts.ts'
import { parseMoof } from './moof.ts'
import { parseMoov } from './moov/moov.ts'
import { createSampleBounds } from './sample-bounds.ts'
import { createSampleResolver } from './sample-ranges.ts'
import { brandsOf, emptyPrefix, type SegmentPrefix, withBox } from './segment-prefix.ts'
import { createSegmenter, type Part } from './segmenter.ts'
import { createSegmentIndexes } from './sidx/segment-indexes.ts'
import { createUploadKind } from './upload-kind.ts'

/** Types whose body is read, with the maximum of bytes. */
const maxBytes: Record<string, number> = {
  moov: 2 ** 20,
  moof: 2 ** 20,
  sidx: 2 ** 20,
  ftyp: 1_024,
  styp: 1_024,
  prft: 64,
}

/** Types whose first bytes say enough where the box has more than the maximum. */
const lists = new Set(['ftyp', 'styp'])

/** An upload must begin with one of these types; behind the first box any printable type may stand. */
const wellKnown = new Set(
  'ftyp styp moov moof mdat sidx ssix prft emsg free skip wide uuid pdin mfra meta pssh'.split(' '),
)

/** Turns the top-level boxes of one upload into facts, faults and parts, in the order of the boxes. */
export function createUploadBoxes(faults: Faults, onPart: (part: Part) => void) {
  const kind = createUploadKind()
  const mediaFacts = createMediaFacts()
  const segmenter = createSegmenter(completePart)
  const resolver = createSampleResolver()
  const sampleBounds = createSampleBounds({ report: faults.reportAt, limitDefaultSize })
  /** Null until a sidx comes. */
  let indexes: ReturnType<typeof createSegmentIndexes> | null = null
  let isIsobmff = false
  let brands: readonly string[] | null = null
  let firstInit: InitFacts | null = null
  let init: InitFacts | null = null
  let prefix: SegmentPrefix | null = null
  let headerStart: number | null = null
  let headerBrands: readonly string[] = []
  let endsTrack = false
  let isInvalid = false
  let hasParts = false

  return { accepts, onHeader, onComplete, onInvalid, close, facts, outside, kind: kind.kind }

  function completePart(part: Part): void {
    hasParts = true
    sampleBounds.settle()
    faults.completePart(part.from, part.to)
    onPart(part)
  }

  function limitDefaultSize(trackId: number, max: number): void {
    mediaFacts.limitDefaultSize(trackId, max)
    segmenter.limitDefaultSize(trackId, max)
  }

  function accepts(type: string): boolean {
    return isIsobmff || wellKnown.has(type)
  }

  function onHeader({ type, start, bodyStart, end }: TopBox): number | null {
    isIsobmff = true
    faults.enterBox(start)
    kind.add(type)
    const max = maxBytes[type]
    if (max === undefined || faults.isFull()) return null
    return end === Infinity || end - bodyStart <= max || lists.has(type) ? max : null
  }

  /** Whether a box is within the limits; reports one that is not. */
  function fits({ type, bodyStart, end }: TopBox): boolean {
    const max = maxBytes[type]
    if (max === undefined || end - bodyStart <= max) return true
    faults.report(
      `expected a ${type} of up to ${max} bytes at byte ${bodyStart}, more is beyond the limit of this server; received ${end - bodyStart}, which were not looked into`,
      'box-too-large',
    )
    return false
  }

  function onComplete(top: TopBox, body: Buffer | null): void {
    const { type, bodyStart } = top
    const isWithin = fits(top)
    sampleBounds.addBox(top)
    try {
      if (body !== null && (isWithin || lists.has(type)))
        addBox(top, { type, body: body.subarray(0, maxBytes[type]), offset: bodyStart })
      else addWithoutBody(top)
    } catch (error) {
      if (!(error instanceof BoxMalformed)) throw error
      faults.report(error.message)
    }
    indexes?.passBox(top, init)
  }

  /** Boxes whose presence is all that counts, and those that are too large to be read. */
  function addWithoutBody(top: TopBox): void {
    if (top.type === 'mdat') addMdat(top)
    else if (top.type === 'mfra' && top.end === top.bodyStart) endTrack(top)
    else if (top.type === 'moof' || top.type === 'moov') prefix = null
    else addToPrefix(top, null)
  }

  function addBox(top: TopBox, box: Box): void {
    if (box.type === 'moof') addMoof(top, box)
    else if (box.type === 'moov') addMoov(top, box)
    else if (box.type === 'ftyp') addFtyp(top, box)
    else {
      if (box.type === 'sidx') addSidx(top, box)
      addToPrefix(top, box)
    }
  }

  function addSidx(top: TopBox, box: Box): void {
    indexes ??= createSegmentIndexes({
      report: faults.reportAt,
      addIndex: mediaFacts.addIndex,
      hasMedia: mediaFacts.facts() !== null,
    })
    indexes.addSidx(top, box)
  }

  function addFtyp(top: TopBox, box: Box): void {
    segmenter.close()
    prefix = null
    headerStart = top.start
    resolver.beginFile()
    headerBrands = brandsOf(box)
    brands ??= headerBrands
  }

  function addMoov(top: TopBox, box: Box): void {
    resolver.beginFile()
    init = { ...parseMoov(box, faults.report), brands: headerStart === null ? [] : headerBrands }
    firstInit ??= init
    segmenter.addHeader(headerStart ?? top.start, top.end, init)
    headerStart = prefix = null
  }

  function addMoof(top: TopBox, box: Box): void {
    const before = prefix
    headerStart = prefix = null
    const moof = parseMoof(box, faults.report)
    if (moof === null) return
    const ranges = resolver.resolve(top, moof.trafs)
    const missingFront = resolver.missingFront()
    mediaFacts.add(moof, { prefix: before, init, missingFront })
    segmenter.addMoof(top, moof, before, missingFront)
    sampleBounds.addMoof(top, ranges)
    indexes?.addMoof(top, moof)
  }

  /** Boxes between a moof and its mdat are no prefix of the next moof. */
  function addMdat(top: TopBox): void {
    if (segmenter.addMdat(top)) prefix = null
  }

  function addToPrefix(top: TopBox, box: Box | null): void {
    prefix = withBox(prefix ?? emptyPrefix(top.start), top.type, box)
    if (prefix.brands.length > 0) brands ??= prefix.brands
  }

  function endTrack(top: TopBox): void {
    endsTrack = true
    headerStart = prefix = null
    segmenter.endTrack(top)
  }

  function onInvalid(at: number, found: string): void {
    isInvalid = true
    faults.enterBox(at)
    if (isIsobmff) faults.report(`expected a box at byte ${at}; received ${found}`)
  }

  /**
   * The upload has ended. Its last segment is complete unless a box is cut off or invalid. `bytes`: its size; null for
   * a part of a longer one.
   */
  function close(incomplete: IncompleteBox | null, bytes: number | null): void {
    if (incomplete !== null || isInvalid) {
      sampleBounds.abandon()
      indexes?.abandon()
    } else segmenter.close()
    sampleBounds.settle()
    indexes?.settle(bytes)
    if (incomplete === null || !isIsobmff) return
    faults.enterBox(incomplete.start)
    faults.report(describe(incomplete))
  }

  /** Faults outside of all headers and segments; absent without any. */
  function outside(): Pick<Inspection, 'outside'> {
    const strays = hasParts ? faults.outside() : []
    return strays.length > 0 ? { outside: strays } : {}
  }

  function facts(): Omit<Inspection, 'nonMedia' | 'mpd' | 'playlist' | 'faults'> {
    return { kind: kind.kind(), brands: brands ?? [], init: firstInit, media: mediaFacts.facts(), endsTrack }
  }
}

function describe({ box, start, received }: IncompleteBox): string {
  const expected = box ? `${box.type} of ${box.end - start} bytes` : 'box'
  return `expected a ${expected} at byte ${start}; the upload ends after ${received} bytes of it`
}

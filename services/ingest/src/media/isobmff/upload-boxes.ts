import type { InitFacts, Inspection } from '../inspection.ts'
import { type Box, BoxMalformed } from './box.ts'
import type { TopBox, Unfinished } from './box-scanner.ts'
import type { Faults } from './faults.ts'
import { createKind } from './kind.ts'
import { createMediaFacts } from './media-facts.ts'
import { parseMoof } from './moof.ts'
import { parseMoov } from './moov.ts'
import { brandsOf, emptyLead, type Lead, withBox } from './segment-prefix.ts'
import { createSegmenter, type Part } from './segmenter.ts'

/** Bodies worth collecting, with the most bytes that any sane one has. */
const maxBytes: Record<string, number> = { moov: 2 ** 20, moof: 2 ** 20, ftyp: 1_024, styp: 1_024, prft: 64 }

/** An upload must begin with one of these; behind it any readable type may stand. */
const wellKnown = new Set(
  'ftyp styp moov moof mdat sidx ssix prft emsg free skip wide uuid pdin mfra meta pssh'.split(' '),
)

/** Makes sense of an upload's top-level boxes as they come. */
export function createUploadBoxes(faults: Faults, onPart: (part: Part) => void) {
  const kind = createKind()
  const tally = createMediaFacts()
  const cut = createSegmenter(settled)
  let isIsobmff = false
  let brands: readonly string[] | null = null
  let firstInit: InitFacts | null = null
  let init: InitFacts | null = null
  let lead: Lead | null = null
  let headerStart: number | null = null
  let endsTrack = false
  let isLost = false
  let hasPieces = false

  return { accepts, begin, complete, lost, close, facts, outside, kind: kind.kind }

  function settled(part: Part): void {
    hasPieces = true
    faults.settle(part.from, part.to)
    onPart(part)
  }

  function accepts(type: string): boolean {
    return isIsobmff || wellKnown.has(type)
  }

  function begin({ type, start, bodyStart, end }: TopBox): number | null {
    isIsobmff = true
    faults.lookAt(start)
    kind.see(type)
    const most = maxBytes[type]
    if (most === undefined || faults.isFull()) return null
    return end === Infinity || fits(type, bodyStart, end) ? most : null
  }

  function fits(type: string, bodyStart: number, end: number): boolean {
    const most = maxBytes[type] ?? 0
    if (end - bodyStart <= most) return true
    faults.malformed(
      `expected ${type} at byte ${bodyStart} to hold up to ${most} bytes; it holds ${end - bodyStart}`,
    )
    return false
  }

  function complete(top: TopBox, body: Buffer | null): void {
    const { type, bodyStart, end } = top
    try {
      if (body !== null && fits(type, bodyStart, end)) take(top, { type, body, offset: bodyStart })
      else takeUnread(top)
    } catch (error) {
      if (!(error instanceof BoxMalformed)) throw error
      faults.malformed(error.message)
    }
  }

  /** Boxes whose mere presence counts, and those that cannot be read. */
  function takeUnread(top: TopBox): void {
    if (top.type === 'mdat') takeMdat(top)
    else if (top.type === 'mfra' && top.end === top.bodyStart) endTrack(top)
    else if (top.type === 'moof' || top.type === 'moov') lead = null
    else takeLead(top, null)
  }

  function take(top: TopBox, box: Box): void {
    if (box.type === 'moof') takeMoof(top, box)
    else if (box.type === 'moov') takeMoov(top, box)
    else if (box.type === 'ftyp') takeFtyp(top, box)
    else takeLead(top, box)
  }

  function takeFtyp(top: TopBox, box: Box): void {
    cut.close()
    lead = null
    headerStart = top.start
    brands ??= brandsOf(box)
  }

  function takeMoov(top: TopBox, box: Box): void {
    init = parseMoov(box, faults.malformed)
    firstInit ??= init
    cut.header(headerStart ?? top.start, top.end, init)
    headerStart = lead = null
  }

  function takeMoof(top: TopBox, box: Box): void {
    const before = lead
    headerStart = lead = null
    const moof = parseMoof(box, faults.malformed)
    if (moof === null) return
    tally.add(moof, before, init)
    cut.moof(top, moof, before)
  }

  /** What stands between a moof and its mdat leads to nothing. */
  function takeMdat(top: TopBox): void {
    if (cut.mdat(top)) lead = null
  }

  function takeLead(top: TopBox, box: Box | null): void {
    lead = withBox(lead ?? emptyLead(top.start), top.type, box)
    if (lead.brands.length > 0) brands ??= lead.brands
  }

  function endTrack(top: TopBox): void {
    endsTrack = true
    headerStart = lead = null
    cut.end(top)
  }

  function lost(at: number, found: string): void {
    isLost = true
    faults.lookAt(at)
    if (isIsobmff) faults.malformed(`expected a box at byte ${at}; received ${found}`)
  }

  /** The upload has ended; only between two boxes does that complete its last segment. */
  function close(unfinished: Unfinished | null): void {
    if (unfinished === null && !isLost) cut.close()
    if (unfinished === null || !isIsobmff) return
    faults.lookAt(unfinished.start)
    faults.malformed(sentenceOf(unfinished))
  }

  /** What is wrong beside its headers and segments, where there are any. */
  function outside(): Pick<Inspection, 'outside'> {
    const strays = hasPieces ? faults.outside() : []
    return strays.length > 0 ? { outside: strays } : {}
  }

  function facts(): Omit<Inspection, 'mpd' | 'playlist' | 'faults'> {
    return { kind: kind.kind(), brands: brands ?? [], init: firstInit, media: tally.facts(), endsTrack }
  }
}

function sentenceOf({ box, start, received }: Unfinished): string {
  const expected = box ? `${box.type} of ${box.end - start} bytes` : 'box'
  return `expected a ${expected} at byte ${start}; the upload ends after ${received} bytes of it`
}

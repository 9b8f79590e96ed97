import type { InitFacts } from '../inspection.ts'
import { assertHolds, type Box, type Report, walkBoxes } from './box.ts'
import { emptyTrak, parseTrak, type Trak } from './trak.ts'

interface Trex {
  readonly trackId: number
  readonly duration: number
  readonly flags: number
}

/** A CMAF header has one; more than any plain file has are ignored. */
const maxTrexes = 256

/**
 * Parses the moov of a CMAF header (ISO/IEC 14496-12, 8.2.1). What is missing is reported and stays zero or
 * empty.
 */
export function parseMoov(moov: Box, report: Report): InitFacts {
  let trackCount = 0
  let isFragmented = false
  let trak: Trak | null = null
  const trexes: Trex[] = []
  const addTrex = (box: Box) => {
    if (box.type === 'trex' && trexes.length < maxTrexes) trexes.push(parseTrex(box))
  }
  const visit = (box: Box) => {
    if (box.type === 'trak' && ++trackCount === 1) trak = parseTrak(box, report)
    if (box.type !== 'mvex') return true
    isFragmented = true
    return walkBoxes(box, 0, addTrex, report)
  }
  walkBoxes(moov, 0, visit, report)
  if (trak === null) report(`expected a whole trak in moov at byte ${moov.offset}; there is none`)
  return factsOf(trak ?? emptyTrak, trexes, { trackCount, isFragmented })
}

function factsOf(
  trak: Trak,
  trexes: readonly Trex[],
  counts: Pick<InitFacts, 'trackCount' | 'isFragmented'>,
): InitFacts {
  const trex = trexes.find(({ trackId }) => trackId === trak.trackId)
  return {
    ...trak,
    ...counts,
    defaultSampleDuration: trex?.duration ?? 0,
    defaultSampleFlags: trex?.flags ?? 0,
  }
}

function parseTrex(box: Box): Trex {
  assertHolds(box, 24)
  const { body } = box
  return {
    trackId: body.readUInt32BE(4),
    duration: body.readUInt32BE(12),
    flags: body.readUInt32BE(20),
  }
}

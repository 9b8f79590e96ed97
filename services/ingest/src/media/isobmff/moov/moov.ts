import type { InitFacts } from '../../inspection.ts'
import { assertHolds, type Box, type Report, walkBoxes } from '../box.ts'
import { emptyTrak, parseTrak, type Trak } from './trak.ts'

interface Trex {
  readonly trackId: number
  readonly description: number
  readonly duration: number
  readonly size: number
  readonly flags: number
}

/** A CMAF header has one trex. Beyond this number, which no ordinary file reaches, they are ignored. */
const maxTrexes = 256

/**
 * Parses the moov of a CMAF header (ISO/IEC 14496-12, 8.2.1). What is missing is reported and stays zero or
 * empty.
 */
export function parseMoov(moov: Box, report: Report): Omit<InitFacts, 'brands'> {
  let trackCount = 0
  let isFragmented = false
  let hasMvhd = false
  let movieTimescale = 0
  let trak: Trak | null = null
  let delay = 0
  const trexes: Trex[] = []
  const addTrex = (box: Box) => {
    if (box.type === 'trex' && trexes.length < maxTrexes) trexes.push(parseTrex(box))
  }
  const visit = (box: Box) => {
    if (box.type === 'trak' && ++trackCount === 1) ({ trak, delay } = parseTrak(box, report))
    if (box.type === 'mvhd') {
      assertHolds(box, box.body[0] === 1 ? 112 : 100)
      movieTimescale = box.body.readUInt32BE(box.body[0] === 1 ? 20 : 12)
      hasMvhd = true
    }
    if (box.type !== 'mvex') return true
    isFragmented = true
    return walkBoxes(box, 0, addTrex, report)
  }
  const isWhole = walkBoxes(moov, 0, visit, report)
  if (trak === null) report(`expected a whole trak in moov at byte ${moov.offset}; there is none`)
  const delaySeconds = movieTimescale > 0 ? delay / movieTimescale : 0
  const facts = {
    ...factsOf(trak ?? emptyTrak, trexes, { trackCount, isFragmented }),
    ...(delaySeconds > 0 ? { delaySeconds } : {}),
  }
  if (isWhole) reportMissing()
  return facts

  function reportMissing(): void {
    const expected = (what: string) =>
      report(`expected ${what} in moov at byte ${moov.offset}; there is none`, 'init-incomplete')
    const { trackId } = facts
    const isTrexMissing = trackId !== 0 && trexes.length < maxTrexes && !hasTrexOf(trexes, trackId)
    const { descriptionCount = 1, defaultDescription = 1 } = facts
    if (facts.codec !== '' && (defaultDescription === 0 || defaultDescription > descriptionCount))
      report(
        `expected a sample description from 1 to ${descriptionCount} in trex of moov at byte ${moov.offset}; received ${defaultDescription}`,
        'sample-description-index',
      )
    if (!hasMvhd) expected('a whole mvhd')
    if (isFragmented && isTrexMissing) expected(`a whole trex of track ${trackId}`)
  }
}

function factsOf(
  trak: Trak,
  trexes: readonly Trex[],
  counts: Pick<InitFacts, 'trackCount' | 'isFragmented'>,
): Omit<InitFacts, 'brands'> {
  const trex = trexes.find(({ trackId }) => trackId === trak.trackId)
  return {
    ...trak,
    ...counts,
    ...(trex && trex.description !== 1 ? { defaultDescription: trex.description } : {}),
    defaultSampleDuration: trex?.duration ?? 0,
    defaultSampleSize: trex?.size ?? 0,
    defaultSampleFlags: trex?.flags ?? 0,
  }
}

const hasTrexOf = (trexes: readonly Trex[], track: number): boolean =>
  trexes.some(({ trackId }) => trackId === track)

function parseTrex(box: Box): Trex {
  assertHolds(box, 24)
  const { body } = box
  return {
    trackId: body.readUInt32BE(4),
    description: body.readUInt32BE(8),
    duration: body.readUInt32BE(12),
    size: body.readUInt32BE(16),
    flags: body.readUInt32BE(20),
  }
}

import type { InitFacts } from '../inspection.ts'
import { assertHolds, type Box, type Report, walk } from './box.ts'
import { emptyTrak, parseTrak, type Trak } from './trak.ts'

interface Trex {
  readonly trackId: number
  readonly duration: number
  readonly flags: number
}

/** Of a header's one track, or of more than any plain file has. */
const maxTrexes = 256

/** A CMAF header's moov. What is missing is reported and stays zero or empty. */
export function parseMoov(moov: Box, report: Report): InitFacts {
  let trackCount = 0
  let isFragmented = false
  let trak: Trak | null = null
  const trexes: Trex[] = []
  const takeTrex = (box: Box) => {
    if (box.type === 'trex' && trexes.length < maxTrexes) trexes.push(parseTrex(box))
  }
  const visit = (box: Box) => {
    if (box.type === 'trak' && ++trackCount === 1) trak = parseTrak(box, report)
    if (box.type !== 'mvex') return true
    isFragmented = true
    return walk(box, 0, takeTrex, report)
  }
  walk(moov, 0, visit, report)
  if (trak === null) report(`expected a whole trak in moov at byte ${moov.offset}; there is none`)
  return factsOf(trak ?? emptyTrak, trexes, { trackCount, isFragmented })
}

function factsOf(
  trak: Trak,
  trexes: readonly Trex[],
  counted: Pick<InitFacts, 'trackCount' | 'isFragmented'>,
): InitFacts {
  const trex = trexes.find(({ trackId }) => trackId === trak.trackId)
  return {
    ...trak,
    ...counted,
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

import { readUInt64 } from '@pushav/shared/lib/box-header.ts'
import type { MediaFacts } from '../inspection.ts'
import { assertHolds, type Box, fourCc } from './box.ts'

/** The boxes before a moof that belong to it: styp, prft, emsg, sidx and unknown ones. */
export interface SegmentPrefix {
  /** First byte of its first box. */
  readonly start: number
  /** Brands of its styp, major brand first; empty without one. */
  readonly brands: readonly string[]
  readonly hasSidx: boolean
  readonly emsgCount: number
  readonly producerTime: MediaFacts['producerTime']
}

export const emptyPrefix = (start: number): SegmentPrefix => ({
  start,
  brands: [],
  hasSidx: false,
  emsgCount: 0,
  producerTime: null,
})

/** The prefix with one more box. `box` is null for types whose body is not collected. */
export function withBox(prefix: SegmentPrefix, type: string, box: Box | null): SegmentPrefix {
  if (type === 'sidx') return { ...prefix, hasSidx: true }
  if (type === 'emsg') return { ...prefix, emsgCount: prefix.emsgCount + 1 }
  if (box?.type === 'prft') return { ...prefix, producerTime: prefix.producerTime ?? producerTimeOf(box) }
  return box?.type === 'styp' ? { ...prefix, brands: brandsOf(box) } : prefix
}

/** The brands of an ftyp or styp: major brand first, none twice. */
export function brandsOf(box: Box): string[] {
  assertHolds(box, 8)
  const brands = new Set<string>()
  for (let at = 0; at + 4 <= box.body.length; at += 4) if (at !== 4) brands.add(fourCc(box.body, at))
  return [...brands]
}

/** CMAF, 7.3.3.3: a styp with the brand cmfl and no segment brand belongs to a chunk that is not the first. */
export const areChunkBrands = (brands: readonly string[]): boolean =>
  brands.includes('cmfl') && !brands.some((brand) => segmentBrands.includes(brand))
const segmentBrands = ['cmfs', 'cmff', 'msdh', 'msix']

/** Seconds from 1900, from which NTP counts, to 1970. */
export const ntpEpochSeconds = 2_208_988_800

/** ISO/IEC 14496-12, 8.16.5. */
function producerTimeOf(prft: Box): MediaFacts['producerTime'] {
  const isLong = prft.body[0] !== 0
  assertHolds(prft, isLong ? 24 : 20)
  const seconds = prft.body.readUInt32BE(8) - ntpEpochSeconds + prft.body.readUInt32BE(12) / 2 ** 32
  return {
    atMs: Math.round(seconds * 1_000),
    mediaTime: isLong ? readUInt64(prft.body, 16) : prft.body.readUInt32BE(16),
  }
}

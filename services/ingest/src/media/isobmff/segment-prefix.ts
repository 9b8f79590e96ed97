import type { MediaFacts } from '../inspection.ts'
import { assertHolds, type Box, fourCc, largeAt } from './box.ts'

/** What stands before a moof and belongs to it: styp, prft, emsg, sidx and whatever nobody knows. */
export interface Lead {
  /** First byte of its first box. */
  readonly start: number
  /** Of its styp; empty without one. */
  readonly brands: readonly string[]
  readonly hasSidx: boolean
  readonly emsgCount: number
  readonly producerTime: MediaFacts['producerTime']
}

export const emptyLead = (start: number): Lead => ({
  start,
  brands: [],
  hasSidx: false,
  emsgCount: 0,
  producerTime: null,
})

/** The body is only there for types that are read. */
export function withBox(lead: Lead, type: string, box: Box | null): Lead {
  if (type === 'sidx') return { ...lead, hasSidx: true }
  if (type === 'emsg') return { ...lead, emsgCount: lead.emsgCount + 1 }
  if (box?.type === 'prft') return { ...lead, producerTime: lead.producerTime ?? producerTimeOf(box) }
  return box?.type === 'styp' ? { ...lead, brands: brandsOf(box) } : lead
}

/** Of ftyp and styp: major brand first, none twice. */
export function brandsOf(box: Box): string[] {
  assertHolds(box, 8)
  const brands = new Set<string>()
  for (let at = 0; at + 4 <= box.body.length; at += 4) if (at !== 4) brands.add(fourCc(box.body, at))
  return [...brands]
}

const ntpEpoch = 2_208_988_800

/** ISO/IEC 14496-12, 8.16.5; NTP counts seconds from 1900. */
function producerTimeOf(prft: Box): MediaFacts['producerTime'] {
  const isLong = prft.body[0] !== 0
  assertHolds(prft, isLong ? 24 : 20)
  const seconds = prft.body.readUInt32BE(8) - ntpEpoch + prft.body.readUInt32BE(12) / 2 ** 32
  return {
    atMs: Math.round(seconds * 1_000),
    mediaTime: isLong ? largeAt(prft.body, 16) : prft.body.readUInt32BE(16),
  }
}

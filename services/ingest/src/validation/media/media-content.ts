import type { Inspection, InspectionFault } from '../../media/inspection.ts'
import type { Context } from '../evaluation.ts'
import { type Finding, finding } from '../finding.ts'

/** Findings where the bytes are not what the path names. One cause has one finding. */
export function checkContent({ name, inspection, extension, upload }: Context): readonly Finding[] {
  if (!inspection) return []
  // Each part of a long request is an upload with findings of its own.
  if (upload.parts) return faultFindings({ faults: inspection.outside ?? [] })
  switch (name.kind ?? kindOf(extension)) {
    case 'mpd':
      return checkManifestKind(
        inspection,
        'mpd',
        'mpd-malformed',
        'an XML document with the root element MPD',
      )
    case 'multivariant':
    case 'playlist':
      return checkManifestKind(
        inspection,
        'playlist',
        'playlist-malformed',
        'a playlist that begins with #EXTM3U',
      )
    case 'init':
      return inspection.init
        ? faultFindings(inspection)
        : notMedia(inspection, 'init-without-moov', 'a moov box')
    case 'segment':
      if (inspection.media || inspection.endsTrack) return faultFindings(inspection)
      return notMedia(inspection, 'segment-without-moof', 'a moof box')
    case null:
      return checkOuterBoxes(inspection) ?? faultFindings(inspection)
  }
}

/** By how much a sender's clock may be ahead of the server's. */
export const maxClockAheadMs = 2_000

/**
 * Compares the time in prft with the time at which the segment came: media cannot be made after it, nor before 1970.
 * A clock that is ahead by up to `maxClockAheadMs` is tolerated.
 */
export function checkProducerTime({ inspection, receivedMs }: Context): readonly Finding[] {
  const atMs = inspection?.media?.producerTime?.atMs
  if (atMs === undefined || (atMs >= 0 && atMs <= receivedMs + maxClockAheadMs)) return []
  const [received, latest] = [atMs, receivedMs].map((ms) => new Date(Math.round(ms)).toISOString())
  const message = `expected a time up to ${latest} in prft, received ${received}`
  return [finding('producer-time-impossible', message)]
}

/** For a name of no kind: the outer boxes decide whether a moov or a moof is missing. */
function checkOuterBoxes({ kind, init, media, endsTrack, faults }: Inspection): readonly Finding[] | null {
  if (faults.length > 0) return null
  if (kind === 'init' && !init) return [finding('init-without-moov', 'expected a moov box, received none')]
  if (kind !== 'segment' || media || endsTrack) return null
  return [finding('segment-without-moof', 'expected a moof box, received none')]
}

/** The kind of a manifest by its extension, for one at a path that names no kind. */
function kindOf(extension: string): 'mpd' | 'playlist' | null {
  if (extension === 'mpd') return 'mpd'
  return extension === 'm3u8' ? 'playlist' : null
}

function checkManifestKind(
  inspection: Inspection,
  kind: 'mpd' | 'playlist',
  code: 'mpd-malformed' | 'playlist-malformed',
  expected: string,
): readonly Finding[] {
  if (inspection.kind === kind) return faultFindings(inspection)
  return [finding(code, `expected ${expected}, received ${kindNames[inspection.kind]}`)]
}

function notMedia(
  inspection: Inspection,
  code: 'init-without-moov' | 'segment-without-moof',
  expected: string,
): readonly Finding[] {
  if (inspection.faults.length > 0) return faultFindings(inspection)
  return [finding(code, `expected ${expected}, received ${kindNames[inspection.kind]}`)]
}

const kindNames: Readonly<Record<Inspection['kind'], string>> = {
  init: 'an init segment',
  segment: 'a media segment',
  mpd: 'an MPD',
  playlist: 'a playlist',
  other: 'something else',
}

/** One finding for each code: the first fault, and the number of others. */
function faultFindings({ faults }: Pick<Inspection, 'faults'>): readonly Finding[] {
  if (faults.length === 0) return []
  const byCode = new Map<InspectionFault['code'], readonly InspectionFault[]>()
  for (const fault of faults) byCode.set(fault.code, [...(byCode.get(fault.code) ?? []), fault])
  return [...byCode].map(([code, [first, ...others]]) =>
    finding(
      code,
      `${first?.message ?? ''}${others.length > 0 ? ` (and ${others.length} more like it)` : ''}`,
    ),
  )
}

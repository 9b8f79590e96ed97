import type { Inspection, InspectionFault } from '../../media/inspection.ts'
import type { Context } from '../evaluation.ts'
import { type Finding, find } from '../finding.ts'

/** Whether the bytes are what the path says they are. One cause gives one finding. */
export function judgeContent({ name, inspection, extension, upload }: Context): readonly Finding[] {
  if (!inspection) return []
  // What is wrong in one of its parts is told of the part.
  if (upload.parts) return faultsOf({ faults: inspection.outside ?? [] })
  switch (name.kind ?? kindOf(extension)) {
    case 'mpd':
      return manifestFaults(inspection, 'mpd', 'mpd-malformed', 'an XML document with the root element MPD')
    case 'multivariant':
    case 'playlist':
      return manifestFaults(
        inspection,
        'playlist',
        'playlist-malformed',
        'a playlist that begins with #EXTM3U',
      )
    case 'init':
      return inspection.init ? faultsOf(inspection) : notMedia(inspection, 'init-without-moov', 'a moov box')
    case 'segment':
      if (inspection.media || inspection.endsTrack) return faultsOf(inspection)
      return notMedia(inspection, 'segment-without-moof', 'a moof box')
    case null:
      return hollow(inspection) ?? faultsOf(inspection)
  }
}

/** Where the name says nothing, the outer boxes say what should be among them. */
function hollow({ kind, init, media, endsTrack, faults }: Inspection): readonly Finding[] | null {
  if (faults.length > 0) return null
  if (kind === 'init' && !init) return [find('init-without-moov', 'expected a moov box, received none')]
  if (kind !== 'segment' || media || endsTrack) return null
  return [find('segment-without-moof', 'expected a moof box, received none')]
}

/** A manifest in the wrong place is one all the same. */
function kindOf(extension: string): 'mpd' | 'playlist' | null {
  if (extension === 'mpd') return 'mpd'
  return extension === 'm3u8' ? 'playlist' : null
}

function manifestFaults(
  inspection: Inspection,
  kind: 'mpd' | 'playlist',
  code: 'mpd-malformed' | 'playlist-malformed',
  expected: string,
): readonly Finding[] {
  if (inspection.kind === kind) return faultsOf(inspection)
  return [find(code, `expected ${expected}, received ${received[inspection.kind]}`)]
}

function notMedia(
  inspection: Inspection,
  code: 'init-without-moov' | 'segment-without-moof',
  expected: string,
): readonly Finding[] {
  if (inspection.faults.length > 0) return faultsOf(inspection)
  return [find(code, `expected ${expected}, received ${received[inspection.kind]}`)]
}

const received: Readonly<Record<Inspection['kind'], string>> = {
  init: 'an init segment',
  segment: 'a media segment',
  mpd: 'an MPD',
  playlist: 'a playlist',
  other: 'something else',
}

/** Of many faults of one kind the first is told, with how many follow. */
function faultsOf({ faults }: Pick<Inspection, 'faults'>): readonly Finding[] {
  const byCode = new Map<InspectionFault['code'], readonly InspectionFault[]>()
  for (const fault of faults) byCode.set(fault.code, [...(byCode.get(fault.code) ?? []), fault])
  return [...byCode].map(([code, [first, ...others]]) =>
    find(code, `${first?.message ?? ''}${others.length > 0 ? ` (and ${others.length} more like it)` : ''}`),
  )
}

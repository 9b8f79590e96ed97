import { resolveTrack } from './cmaf-ingest/ingest-track.ts'
import type { Context } from './evaluation.ts'
import { type Finding, find, shown } from './finding.ts'
import { maxNameBytes, maxTracks, mayAddTrack } from './limits.ts'
import type { Session } from './state.ts'

/** What the stream has no use for, so that nothing more is to be said of it. */
export function unfitFor({ stream, extension, upload, name, inspection }: Context): Finding | null {
  const received = `received ${shown(upload.path)}`
  if (stream.interface === 'cmaf-ingest') {
    if (ingestExtensions.has(extension) || name.isTrackUrl || name.number !== null || name.kind === 'init')
      return null
    if (inspection?.init || inspection?.media || inspection?.endsTrack) return null
    return find('extension', `expected .cmfv, .cmfa, .cmft, .cmfm, .mp4, .m4s or .init, ${received}`)
  }
  if (!matterExtensions.has(extension)) {
    return find('extension', `expected .mpd, .m3u8, .m4s or .init, ${received}`)
  }
  const foreign = stream.interface === 'dash' ? 'm3u8' : 'mpd'
  if (extension !== foreign) return null
  const own = stream.interface === 'dash' ? 'an MPD' : 'playlists'
  return find(
    'manifest-interface',
    `expected ${own} on a stream of interface ${stream.interface}, ${received}`,
  )
}

const matterExtensions = new Set(['mpd', 'm3u8', 'm4s', 'init'])
const ingestExtensions = new Set('cmfv cmfa cmft cmfm mp4 m4s init mpd m3u8 header m4v m4a'.split(' '))

export function tooManyTracks(
  { name, inspection, stream }: Context,
  session: Session | null,
): Finding | null {
  if (!session || name.track === null) return null
  const isFree = stream.interface === 'cmaf-ingest'
  const track = isFree ? resolveTrack(session, name, Boolean(inspection?.init)).name : name.track
  if (mayAddTrack(session, track)) return null
  const expected = `expected at most ${maxTracks} tracks in a session, with names of ${maxNameBytes} bytes together`
  return find('too-many-tracks', `${expected}; ${shown(track)} is one more`)
}

/** Names that are wrong whatever came before. */
export function judgeNames({ name, stream, upload }: Context): readonly Finding[] {
  const findings: Finding[] = []
  if (name.padded && stream.interface !== 'cmaf-ingest') {
    findings.push(
      find('number-padded', `expected numbers without leading zeros, received ${shown(upload.path)}`),
    )
  }
  const expected = stream.expectedTrackNames
  if (expected && name.isMatter && name.track !== null && !expected.includes(name.track)) {
    const message = `expected track ${shown(expected.join(' or '))}, received ${shown(name.track)}`
    findings.push(find('track-unexpected', message))
  }
  return findings
}

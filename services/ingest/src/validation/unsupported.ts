import type { Context } from './evaluation.ts'
import { excerpt, type Finding, finding } from './finding.ts'
import { maxNameBytes, maxTracks, mayAddTrack } from './limits.ts'
import type { Session } from './state.ts'

/**
 * A finding for an object that the stream's interface does not support; it gets no other media findings. Null
 * if supported.
 */
export function checkSupported({ stream, extension, upload, name, inspection }: Context): Finding | null {
  const received = `received ${excerpt(upload.path)}`
  if (stream.interface === 'cmaf-ingest') {
    if (ingestExtensions.has(extension) || name.isTrackUrl || name.number !== null || name.kind === 'init')
      return null
    if (inspection?.init || inspection?.media || inspection?.endsTrack) return null
    if (besideHls.has(extension)) {
      const expected = 'expected CMAF, which this server looks into'
      return finding('extension', `${expected}, ${received}, which DASH-IF allows beside playlists`, 'note')
    }
    return finding('extension', `expected .cmfv, .cmfa, .cmft, .cmfm, .mp4, .m4s or .init, ${received}`)
  }
  if (stream.interface === 'hksv') {
    if (hksvExtensions.has(extension)) return null
    return finding('extension', `expected .m3u8, .m4s or .init, ${received}`)
  }
  if (!matterExtensions.has(extension)) {
    return finding('extension', `expected .mpd, .m3u8, .m4s or .init, ${received}`)
  }
  const foreign = stream.interface === 'dash' ? 'm3u8' : 'mpd'
  if (extension !== foreign) return null
  const own = stream.interface === 'dash' ? 'an MPD' : 'playlists'
  return finding(
    'manifest-interface',
    `expected ${own} on a stream of interface ${stream.interface}, ${received}`,
  )
}

const matterExtensions = new Set(['mpd', 'm3u8', 'm4s', 'init'])
const hksvExtensions = new Set(['m3u8', 'm4s', 'init'])
const ingestExtensions = new Set('cmfv cmfa cmft cmfm mp4 m4s init mpd m3u8 header m4v m4a'.split(' '))

/** DASH-IF Ingest 7.1.2-7, table 6, and 7.3.1: MPEG-2 TS and keys. */
const besideHls = new Set(['ts', 'key'])

/** A finding for an object of one track more than a session may have; null for none. */
export function checkTrackCount({ name }: Context, session: Session | null): Finding | null {
  if (!session || name.track === null || mayAddTrack(session, name.track)) return null
  const expected = `expected at most ${maxTracks} tracks in a session, with names of ${maxNameBytes} bytes together, more is beyond the limit of this server`
  return finding('too-many-tracks', `${expected}; ${excerpt(name.track)} is one more and was not looked into`)
}

/** Findings on the path alone: padded numbers, and tracks that the stream does not expect. */
export function checkNames({ name, stream, upload }: Context): readonly Finding[] {
  const findings: Finding[] = []
  if (name.padded && stream.interface !== 'cmaf-ingest') {
    findings.push(
      finding('number-padded', `expected numbers without leading zeros, received ${excerpt(upload.path)}`),
    )
  }
  const expected = stream.expectedTrackNames
  if (expected && name.isMatter && name.track !== null && !expected.includes(name.track)) {
    const message = `expected track ${excerpt(expected.join(' or '))}, received ${excerpt(name.track)}`
    findings.push(finding('track-unexpected', message))
  }
  return findings
}

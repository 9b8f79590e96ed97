import { excerpt } from '../finding.ts'
import type {
  ReferenceFault,
  ReferenceManifest,
  ReferenceSession,
  ReferenceStream,
} from './reference-state.ts'
import {
  checkReferenceTrackName,
  type ReferenceStep,
  type RoutedUpload,
  referenceTrackIn,
  withOpenSession,
  withReferenceSession,
  withReferenceTrack,
} from './reference-step.ts'

type Playlist = Extract<ReferenceManifest, { kind: 'playlist' }>

/** `$` of the reference's language also matches before a newline at the end. */
const sessionManifest = /^session_\d+\/index\n?$/
const trackManifest = /^session_\d+\/([^/]+)\/index\n?$/

/** A first MPD opens a session, a static one completes it; the number in its path is not looked at. */
export function judgeReferenceMpd(
  start: ReferenceStep,
  stream: ReferenceStream,
  { stem, path }: RoutedUpload,
  type: 'static' | 'dynamic' | null,
): ReferenceStep {
  const faults = stream.interface === 'dash' ? [] : [otherInterface('MPD', 'dash', stream)]
  const opened = withOpenSession(start)
  const isEmpty = opened.session.segmentCount === 0
  if (type === 'dynamic' && !isEmpty)
    faults.push(fault('mpd-dynamic-late', 'expected no dynamic MPD after segments, received one'))
  if (type === 'static' && isEmpty)
    faults.push(fault('mpd-static-early', 'expected segments before the static MPD, none has come'))
  if (!sessionManifest.test(stem))
    faults.push(fault('mpd-path', `expected session_<N>/index.mpd, received ${excerpt(path)}`))
  const ended = type === 'static' ? completed(opened.session) : opened.session
  const session = { ...ended, manifestCount: ended.manifestCount + 1 }
  return { ...withReferenceSession(opened, session), faults }
}

function completed(session: ReferenceSession): ReferenceSession {
  const tracks = Object.entries(session.tracks).map(
    ([name, track]) => [name, { ...track, phase: 'completed' as const }] as const,
  )
  return { ...session, isComplete: true, tracks: Object.fromEntries(tracks) }
}

/** Faults of a playlist at one of the two places replace the one on the interface. */
export function judgeReferencePlaylist(
  start: ReferenceStep,
  stream: ReferenceStream,
  { stem, path }: RoutedUpload,
  playlist: Playlist,
): ReferenceStep {
  const judged = judgeByPlace(start, stream, stem, playlist) ?? {
    ...start,
    faults: [
      ...(stream.interface === 'hls' ? [] : [otherInterface('playlist', 'hls', stream)]),
      fault(
        'hls-path',
        `expected session_<N>/index.m3u8 or session_<N>/<track>/index.m3u8, received ${excerpt(path)}`,
      ),
    ],
  }
  const { session } = judged
  return session
    ? withReferenceSession(judged, { ...session, manifestCount: session.manifestCount + 1 })
    : judged
}

function judgeByPlace(
  start: ReferenceStep,
  stream: ReferenceStream,
  stem: string,
  playlist: Playlist,
): ReferenceStep | null {
  if (sessionManifest.test(stem)) return judgeMultivariant(start, playlist)
  const [, track] = trackManifest.exec(stem) ?? []
  return track === undefined ? null : judgeMedia(start, stream, track, playlist)
}

function judgeMultivariant(start: ReferenceStep, { trackLines }: Playlist): ReferenceStep {
  const opened = withOpenSession(start)
  const { session } = opened
  const faults: ReferenceFault[] = []
  if (session.segmentCount > 0)
    faults.push(fault('hls-multivariant-late', 'expected the multivariant playlist before all segments'))
  if (trackLines === 0)
    faults.push(fault('hls-multivariant-empty', 'expected EXT-X-MEDIA or EXT-X-STREAM-INF, received none'))
  const counted = session.hlsCompletedTracks > 0 ? session : { ...session, hlsTrackCount: trackLines }
  return { ...withReferenceSession(opened, counted), faults }
}

/** A track's first playlist is its initial one, any other the final one, by no look at its content. */
function judgeMedia(
  start: ReferenceStep,
  stream: ReferenceStream,
  name: string,
  playlist: Playlist,
): ReferenceStep {
  const opened = withOpenSession(start)
  const { session } = opened
  const track = referenceTrackIn(session, name)
  const faults = [...checkReferenceTrackName(stream, name)]
  if (start.session === null)
    faults.unshift(fault('hls-playlist-no-session', 'expected an open session, there is none'))
  if (!session.hlsTrackCount)
    faults.push(
      fault('hls-playlist-before-multivariant', 'expected session_<N>/index.m3u8 first, it has not come'),
    )
  if (track.phase === 'not_started') {
    const next = withReferenceTrack(session, name, { ...track, phase: 'initial_playlist_uploaded' })
    return { ...withReferenceSession(opened, next), faults: [...faults, ...initialFaults(playlist)] }
  }
  faults.push(...finalFaults(playlist))
  if (track.phase === 'initial_playlist_uploaded')
    faults.push(
      fault(
        'hls-final-early',
        `expected the init segment and segments of ${excerpt(name)} before its final playlist`,
      ),
    )
  const hlsCompletedTracks = session.hlsCompletedTracks + 1
  const isComplete = session.isComplete || hlsCompletedTracks === session.hlsTrackCount
  const ended = withReferenceTrack(session, name, { ...track, phase: 'completed' })
  return { ...withReferenceSession(opened, { ...ended, hlsCompletedTracks, isComplete }), faults }
}

function initialFaults(playlist: Playlist): readonly ReferenceFault[] {
  const absent = (tag: string) =>
    fault('hls-initial-content', `expected an initial media playlist without ${tag}`)
  return [
    ...(playlist.hasPlaylistType ? [absent('EXT-X-PLAYLIST-TYPE')] : []),
    ...(playlist.hasEndList ? [absent('EXT-X-ENDLIST')] : []),
    ...(playlist.hasExtinf ? [absent('EXTINF')] : []),
    ...(playlist.hasSegmentLines ? [absent('segment lines')] : []),
  ]
}

/** EXT-X-ENDLIST is not asked for. */
function finalFaults(playlist: Playlist): readonly ReferenceFault[] {
  const type = fault('hls-final-not-vod', 'expected a final media playlist with EXT-X-PLAYLIST-TYPE')
  const vod = fault('hls-final-not-vod', 'expected the line #EXT-X-PLAYLIST-TYPE:VOD in the final playlist')
  return [
    ...(playlist.hasPlaylistType ? [] : [type]),
    ...(playlist.isVod ? [] : [vod]),
    ...(playlist.hasExtinf
      ? []
      : [fault('hls-final-no-extinf', 'expected EXTINF in the final media playlist')]),
    ...(playlist.hasSegmentLines
      ? []
      : [fault('hls-final-no-segments', 'expected segment lines in the final media playlist')]),
  ]
}

const otherInterface = (
  what: string,
  wanted: string,
  { interface: received }: ReferenceStream,
): ReferenceFault =>
  fault('manifest-interface', `expected an ${what} only on a stream of ${wanted}, this one is ${received}`)

const fault = (code: ReferenceFault['code'], message: string): ReferenceFault => ({ code, message })

import type { PlaylistFacts } from '../../media/inspection.ts'
import { destinationOf } from '../../media/relative-url.ts'
import { directoryOf } from '../../uploads/object-path.ts'
import type { Context, Update } from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { parseObjectName } from '../object-name.ts'
import { at, type Session, type Track } from '../state.ts'
import type { ManifestSegments } from './comparison-state.ts'
import { pathsBeside, withComparison } from './manifest-comparison.ts'
import { nameList } from './mpd-against-uploads.ts'
import { checkSegmentsAgainstUploads, missingSegments } from './segments-against-uploads.ts'

/**
 * Compares the final playlist of a track with its uploads: paths, then segments, then times; later, where uploads of
 * the track are on their way.
 */
export function checkPlaylistAgainstUploads(
  context: Context,
  playlist: PlaylistFacts,
  session: Session,
  track: Track,
): Update {
  const { stream } = context
  const { segmentCount } = playlist
  const open = pathsBeside(context).filter((path) => {
    const name = parseObjectName(stream.interface, path)
    return name.session === session.key && name.track === track.name
  })
  const listing = playlistSegmentsOf(playlist, track)
  const manifest = 'playlist'
  if (open.length > 0) {
    const deferred = [{ track: track.name, mayOmit: false, ...listing }]
    return { session: withComparison(context, session, { manifest, open, deferred, stated: [] }) }
  }
  const findings =
    checkUris(context, playlist, track) ??
    checkSegmentsAgainstUploads(manifest, listing, track, { mayOmit: false })
  const [missing] = findings.filter(({ code }) => code === missingSegments)
  if (!missing || segmentCount <= track.segmentCount) return { findings }
  const { code, severity } = missing
  const stated = [{ code, severity, tracks: [{ name: track.name, count: segmentCount }] }]
  return { findings, session: withComparison(context, session, { manifest, open, deferred: [], stated }) }
}

/** Segments that this server takes for no track: MPEG-2 TS, raw sound, text. */
const otherMedia = /\.(ts|aac|ac3|ec3|mp3|vtt|webvtt)$/i

/**
 * Compares a playlist of a cmaf-ingest stream that has ended with the uploads of its track: how many segments there are, and
 * how long they last. It may list a moving window, and what it lists may still come, which withdraws what was said.
 */
export function checkEndedPlaylist(
  context: Context,
  session: Session,
  playlist: PlaylistFacts,
  name: string | null,
): Update {
  const { segmentCount, uris, hasEndList } = playlist
  const isListed = hasEndList && name !== null && session.segmentCount > 0 && segmentCount > 0
  // Several of one URI are ranges of one file.
  if (!isListed || new Set(uris).size !== segmentCount || uris.some((uri) => otherMedia.test(uri))) return {}
  if (pathsBeside(context).length > 0) return {}
  const track = at(session.tracks, name)
  const findings = track
    ? checkSegmentsAgainstUploads('playlist', playlistSegmentsOf(playlist, track), track, { mayOmit: true })
    : [unknownTrack(name)]
  const [absent] = findings.filter(({ code }) => code === missingSegments || code === unknownTrackCode)
  if (!absent) return { findings }
  const { code, severity } = absent
  const stated = [{ code, severity, tracks: [{ name, count: track ? segmentCount : 0 }] }]
  return {
    findings,
    session: withComparison(context, session, { manifest: 'playlist', open: [], deferred: [], stated }),
  }
}

const unknownTrackCode = 'manifest-names-unknown-track'

const unknownTrack = (name: string): Finding =>
  finding(
    unknownTrackCode,
    `expected a track that was uploaded, the playlist lists segments of ${excerpt(name)}`,
  )

function checkUris(context: Context, playlist: PlaylistFacts, track: Track): readonly Finding[] | null {
  const stray = foreignUriIn(context, playlist, track)
  if (stray === null) return null
  const message = `expected paths of objects of ${excerpt(track.name)} that were uploaded, the playlist names ${excerpt(stray)}`
  return [finding(missingSegments, message)]
}

function playlistSegmentsOf({ segmentCount, durations }: PlaylistFacts, track: Track): ManifestSegments {
  const isTimed = durations.length === segmentCount
  const longest = track.clock && track.init ? track.clock.duration / track.init.timescale : 0
  return {
    count: segmentCount,
    slack: 0,
    firstNumber: null,
    startSeconds: null,
    seconds: isTimed ? durations.reduce((sum, duration) => sum + duration, 0) : null,
    longest: Math.max(longest, 0.1),
  }
}

/**
 * The first URI that leads to no segment, or no init segment, of the track. The state has the highest number
 * only.
 */
function foreignUriIn(
  { upload, stream }: Context,
  { uris, map }: PlaylistFacts,
  track: Track,
): string | null {
  const nameAt = (uri: string) => {
    const destination = destinationOf(upload.path, uri)
    if (destination.kind !== 'inside') return null
    const name = parseObjectName(stream.interface, destination.path)
    const isBeside = directoryOf(destination.path) === directoryOf(upload.path)
    return { ...name, isOwn: name.track === track.name && isBeside }
  }
  const isSegment = (uri: string) => {
    const name = nameAt(uri)
    // URLs that are absolute or leave the stream have findings of their own.
    if (name === null) return true
    return name.isOwn && name.kind === 'segment' && (name.number ?? 0) <= (track.lastNumber ?? 0)
  }
  const isInit = (uri: string) => {
    const name = nameAt(uri)
    return name === null || (name.isOwn && name.kind === 'init')
  }
  if (map !== null && !isInit(map)) return map
  return uris.find((uri) => !isSegment(uri)) ?? null
}

/** A finding for a track that the multivariant playlist does not name, if all URIs of that one are known. */
export function missingFromMultivariant(session: Session, { name }: Track): readonly Finding[] {
  const { announcements, hlsTrackCount } = session
  const isKnown = hlsTrackCount !== null && Object.keys(announcements).length >= hlsTrackCount
  if (!isKnown || at(announcements, name)) return []
  const message = `expected a track that the multivariant playlist names, received the playlist of ${excerpt(name)}`
  return [finding('manifest-omits-track', message)]
}

/**
 * A finding for tracks that the multivariant playlist names and that have no upload; `missing` have their
 * own.
 */
export function tracksWithoutUploads(session: Session, missing: readonly string[]): readonly Finding[] {
  const names = Object.keys(session.announcements).filter(
    (name) => !at(session.tracks, name) && !missing.includes(name),
  )
  if (names.length === 0) return []
  const message = `expected tracks that were uploaded, the multivariant playlist names ${nameList(names)}`
  return [finding('manifest-names-unknown-track', message)]
}

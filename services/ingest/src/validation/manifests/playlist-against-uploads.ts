import type { PlaylistFacts } from '../../media/inspection.ts'
import { destinationOf } from '../../media/relative-url.ts'
import { directoryOf } from '../../uploads/object-path.ts'
import type { Context } from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { parseObjectName } from '../object-name.ts'
import { at, type Session, type Track } from '../state.ts'
import { nameList } from './mpd-against-uploads.ts'
import { checkSegmentsAgainstUploads } from './segments-against-uploads.ts'

/** Compares the final playlist of a track with its uploads: paths, then segments, then times. */
export function checkPlaylistAgainstUploads(
  context: Context,
  playlist: PlaylistFacts,
  track: Track,
): readonly Finding[] {
  const { segmentCount, durations } = playlist
  const stray = foreignUriIn(context, playlist, track)
  if (stray !== null) {
    const message = `expected paths of objects of ${excerpt(track.name)} that were uploaded, the playlist names ${excerpt(stray)}`
    return [finding('manifest-names-missing-segments', message)]
  }
  const isTimed = durations.length === segmentCount
  const longest = track.clock && track.init ? track.clock.duration / track.init.timescale : 0
  const listing = {
    count: segmentCount,
    slack: 0,
    firstNumber: null,
    startSeconds: null,
    seconds: isTimed ? durations.reduce((sum, duration) => sum + duration, 0) : null,
    longest: Math.max(longest, 0.1),
  }
  return checkSegmentsAgainstUploads('playlist', listing, track, { mayOmit: false })
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

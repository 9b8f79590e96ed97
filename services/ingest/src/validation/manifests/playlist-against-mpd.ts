import type { PlaylistFacts } from '../../media/inspection.ts'
import { destinationOf } from '../../media/relative-url.ts'
import { baseNameOf } from '../../uploads/object-path.ts'
import type { Context } from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import type { Precondition } from '../preconditions.ts'
import type { Session } from '../state.ts'
import { announcedPaths } from './announced-name.ts'
import type { Announcement } from './manifest-state.ts'

/**
 * Compares a media playlist with the MPD before it (DASH-IF Ingest 6.2-17): paths and names have to agree.
 */
export function checkPlaylistAgainstMpd(
  { upload }: Context,
  session: Session,
  playlist: PlaylistFacts,
): readonly Finding[] {
  const announced = comparable(session, playlist)
  if (announced.length === 0) return []
  const matchers = announced.map(announcedPaths)
  const stray = [...(playlist.map === null ? [] : [playlist.map]), ...playlist.uris].find((uri) => {
    const destination = destinationOf(upload.path, uri)
    return destination.kind === 'inside' && !matchers.some((isAnnounced) => isAnnounced(destination.path))
  })
  if (stray !== undefined) {
    const message = `expected segments at the paths of the MPD, the playlist names ${excerpt(stray)}`
    return [finding('hls-differs-from-mpd', message)]
  }
  const name = baseNameOf(upload.path).replace(/\.[^.]*$/, '')
  if (announced.some(({ id }) => id === name)) return []
  const ids = announced.map(({ id }) => `${id}.m3u8`).join(', ')
  const message = `expected a media playlist called like its representation, ${excerpt(ids)}, received ${excerpt(name)}.m3u8`
  return [finding('hls-differs-from-mpd', message, 'note')]
}

/** `playlist-beside-mpd` where `checkPlaylistAgainstMpd` has something to compare. */
export const playlistPreconditions = (session: Session, playlist: PlaylistFacts): readonly Precondition[] =>
  comparable(session, playlist).length > 0 ? ['playlist-beside-mpd'] : []

/** The announcements that a media playlist can be compared with; none if a track has no media template. */
function comparable({ announcements }: Session, { kind }: PlaylistFacts): readonly Announcement[] {
  const all = Object.values(announcements)
  return kind === 'media' && all.every(({ media }) => media !== null) ? all : []
}

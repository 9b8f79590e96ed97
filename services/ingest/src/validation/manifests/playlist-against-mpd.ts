import type { PlaylistFacts } from '../../media/inspection.ts'
import { destinationOf } from '../../media/relative-url.ts'
import type { Context } from '../evaluation.ts'
import { type Finding, find, shown } from '../finding.ts'
import type { Precondition } from '../preconditions.ts'
import type { Announcement, Session } from '../state.ts'
import { claimedBy } from './announced-name.ts'

/** A media playlist beside the MPD that came before it (DASH-IF Ingest 6.2-17): names of both have to agree. */
export function compareHlsWithMpd(
  { upload }: Context,
  session: Session,
  playlist: PlaylistFacts,
): readonly Finding[] {
  const announced = comparable(session, playlist)
  if (announced.length === 0) return []
  const claims = announced.map(claimedBy)
  const stray = [...(playlist.map === null ? [] : [playlist.map]), ...playlist.uris].find((uri) => {
    const destination = destinationOf(upload.path, uri)
    return destination.kind === 'inside' && !claims.some((isClaimed) => isClaimed(destination.path))
  })
  if (stray !== undefined) {
    const message = `expected segments at the paths of the MPD, the playlist names ${shown(stray)}`
    return [find('hls-differs-from-mpd', message)]
  }
  const name = upload.path.slice(upload.path.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '')
  if (announced.some(({ id }) => id === name)) return []
  const ids = announced.map(({ id }) => `${id}.m3u8`).join(', ')
  const message = `expected a media playlist called like its representation, ${shown(ids)}, received ${shown(name)}.m3u8`
  return [find('hls-differs-from-mpd', message, 'note')]
}

export const hlsPreconditions = (session: Session, playlist: PlaylistFacts): readonly Precondition[] =>
  comparable(session, playlist).length > 0 ? ['playlist beside mpd'] : []

/** Only what the newest MPD says of all paths of a track can be held against a playlist. */
function comparable({ announcements }: Session, { kind }: PlaylistFacts): readonly Announcement[] {
  const all = Object.values(announcements)
  return kind === 'media' && all.every(({ media }) => media !== null) ? all : []
}

import type { PlaylistFacts } from '../../media/inspection.ts'
import { destinationOf } from '../../media/relative-url.ts'
import type { Context } from '../evaluation.ts'
import type { Finding, WithdrawnFinding } from '../finding.ts'
import { limitPlaylists } from '../limits.ts'
import { at, type Session, type Track, withTrack } from '../state.ts'
import { patternsOf } from '../tracks/path-pattern.ts'
import { playlistTrack } from '../tracks/playlist-track.ts'
import { textDigest } from '../tracks/track-names.ts'
import { withdrawJump } from './discontinuity.ts'
import type { PlaylistNames } from './manifest-state.ts'
import { checkWindow, windowOf } from './playlist-window.ts'

interface NamedPlaylist {
  readonly session: Session
  readonly findings: readonly Finding[]
  readonly withdrawn: readonly WithdrawnFinding[]
  /** The track that it is of; null where that is not known. */
  readonly track: string | null
}

/**
 * The session with the names of a media playlist, by which the objects of its track are known, and findings against the
 * version before it. Tracks of init segments that came before it, and that it lists behind the track's first one, are no
 * tracks of their own any more.
 */
export function updatePlaylistNames(
  { upload }: Context,
  session: Session,
  playlist: PlaylistFacts,
): NamedPlaylist {
  const unnamed = { session, findings: [], withdrawn: [], track: null }
  if (playlist.kind !== 'media') return unnamed
  const pathsOf = (uris: readonly string[]) =>
    uris.flatMap((uri) => {
      const destination = destinationOf(upload.path, uri)
      return destination.kind === 'inside' ? [destination.path] : []
    })
  const inits = pathsOf(playlist.maps)
  const [segments, parts] = [pathsOf(someOf(playlist.uris)), pathsOf(someOf(playlist.parts))]
  const name = playlistTrack(session, { inits, examples: [...segments, ...parts] })
  if (name === null) return unnamed
  const findings = checkWindow(at(session.playlists ?? {}, name)?.window, upload, playlist)
  const names: PlaylistNames = {
    inits,
    segments: patternsOf(segments),
    ...(parts.length > 0 ? { parts: patternsOf(parts) } : {}),
    window: windowOf(upload, playlist),
  }
  const playlists = limitPlaylists({ ...session.playlists, [name]: names })
  const joined =
    inits.length > 1 ? joinHeaders({ ...session, playlists }, name, inits) : { ...session, playlists }
  const known = at(joined.tracks, name)
  if (!known) return { session: joined, findings, withdrawn: [], track: name }
  const { track, withdrawn } = withdrawJump(known, upload.path, playlist)
  return { session: track === known ? joined : withTrack(joined, track), findings, withdrawn, track: name }
}

/** The first and the last values of a list: a playlist may list a whole day, and comes again with each segment. */
export const someOf = <Value>(values: readonly Value[]): readonly Value[] =>
  values.length <= firstValues + lastValues
    ? values
    : [...values.slice(0, firstValues), ...values.slice(-lastValues)]

const firstValues = 8
const lastValues = 56

function joinHeaders(session: Session, name: string, inits: readonly string[]): Session {
  const track = at(session.tracks, name)
  const digests = inits.map(textDigest)
  const orderOf = ({ place }: Track) => (place?.init === undefined ? -1 : digests.indexOf(place.init))
  const headers = Object.values(session.tracks)
    .filter((one) => one.name !== name && one.segmentCount === 0 && one.hasInit && orderOf(one) >= 0)
    .sort((one, other) => orderOf(one) - orderOf(other))
  const newest = headers.at(-1)
  if (!track || !newest) return session
  const joined = headers.map((one) => one.name)
  const tracks = Object.fromEntries(Object.entries(session.tracks).filter(([one]) => !joined.includes(one)))
  const { hasInit, init, initUpload, shortInitDigest } = newest
  const isLater = orderOf(newest) > orderOf(track)
  const next = isLater ? { ...track, hasInit, init, initUpload, shortInitDigest, clock: null } : track
  return withTrack({ ...session, tracks }, next)
}

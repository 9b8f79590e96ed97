import { announcedInitsAt, announcedMediaAt } from '../manifests/announced-name.ts'
import { parseObjectName, pathInSession } from '../object-name.ts'
import { at, type Session } from '../state.ts'
import { freeTrackName, shapeDigest } from './track-names.ts'
import { ownerOf } from './track-paths.ts'

/** The name of the track that a media playlist lists, from the paths of its EXT-X-MAPs and segments. */
export function playlistTrack(session: Session, { inits, examples }: PlaylistPaths): string | null {
  const [init, media] = [inits[0], examples[0]]
  const example = init ?? media
  if (example === undefined) return null
  const name = parseObjectName('cmaf-ingest', example)
  if (name.session !== session.key) return null
  if (!name.isFree) return name.track
  const announced = media === undefined ? undefined : announcedMediaAt(session, media)
  if (announced !== undefined) return announced
  const shapes = new Set(examples.map((path) => shapeDigest(path)))
  const bySegments = Object.values(session.tracks).find(
    ({ place }) => place?.shape !== undefined && shapes.has(place.shape),
  )
  if (bySegments) return bySegments.name
  const isOneFile = init !== undefined && init === media
  const byInit = inits.map((path) => announcedInitsAt(session, path)[0] ?? ownerOf(session, path)?.name)
  const known = byInit.find((track) => track !== undefined)
  if (known !== undefined && !hasOtherSegments(session, known)) return known
  const wanted = init === undefined || known !== undefined ? null : freeTrackName(pathInSession(init), false)
  if (wanted !== null && !at(session.playlists ?? {}, wanted)) return wanted
  return media === undefined ? null : freeTrackName(pathInSession(media), !isOneFile)
}

/** The paths of a media playlist, below the stream; of its segments and parts some. */
export interface PlaylistPaths {
  readonly inits: readonly string[]
  readonly examples: readonly string[]
}

/** Whether a track has segments, or a playlist that lists some: another playlist of the same header is another track. */
const hasOtherSegments = (session: Session, name: string): boolean =>
  (at(session.tracks, name)?.segmentCount ?? 0) > 0 ||
  at(session.playlists ?? {}, name) !== undefined ||
  at(session.announcements, name) !== undefined

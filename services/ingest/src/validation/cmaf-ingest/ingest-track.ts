import { directoryOf } from '../../uploads/object-path.ts'
import type { ObjectName } from '../object-name.ts'
import { at, newTrack, type Session, type Track } from '../state.ts'

/**
 * The track of a free name. A segment whose name is no track with an init segment belongs to the track of its
 * name without digits (`video1` to `video`), else to the only track in its folder.
 */
export function resolveTrack(
  session: Session | undefined,
  { track, isMatter, kind }: ObjectName,
  isInit: boolean,
): Track {
  const name = track ?? 'media'
  if (!session) return newTrack(name)
  const own = at(session.tracks, name)
  if (own?.hasInit || isInit || isMatter || kind === 'init') return own ?? newTrack(name)
  const bare = at(session.tracks, name.replace(/\d+$/, ''))
  if (bare?.hasInit) return bare
  const folder = directoryOf(name)
  const others = Object.values(session.tracks).filter(
    (other) => other.hasInit && (other.name === folder || directoryOf(other.name) === folder),
  )
  const [only] = others
  return only && others.length === 1 ? only : (own ?? newTrack(name))
}

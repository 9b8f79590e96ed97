import type { PlaylistFacts } from '../../media/inspection.ts'
import { destinationOf } from '../../media/relative-url.ts'
import type { Context } from '../evaluation.ts'
import { type Finding, find, shown } from '../finding.ts'
import { parseObjectName } from '../object-name.ts'
import { at, type Session, type Track } from '../state.ts'
import { listed } from './mpd-against-uploads.ts'
import { compareSegments } from './segments-against-uploads.ts'

/** The final playlist of a track against what was uploaded. */
export function comparePlaylist(context: Context, playlist: PlaylistFacts, track: Track): readonly Finding[] {
  const { segmentCount, durations } = playlist
  const stray = strayIn(context, playlist, track)
  if (stray !== null) {
    const message = `expected paths of objects of ${shown(track.name)} that were uploaded, the playlist names ${shown(stray)}`
    return [find('manifest-names-missing-segments', message)]
  }
  const isTimed = durations.length === segmentCount
  const longest = track.clock && track.init ? track.clock.duration / track.init.timescale : 0
  const named = {
    count: segmentCount,
    slack: 0,
    firstNumber: null,
    startSeconds: null,
    seconds: isTimed ? durations.reduce((sum, duration) => sum + duration, 0) : null,
    longest: Math.max(longest, 0.1),
  }
  return compareSegments('playlist', named, track, { mayOmit: false })
}

/** The first URI that leads to no segment, or no init segment, of the track; which numbers came is not remembered. */
function strayIn({ upload, stream }: Context, { uris, map }: PlaylistFacts, track: Track): string | null {
  const nameAt = (uri: string) => {
    const destination = destinationOf(upload.path, uri)
    if (destination.kind !== 'inside') return null
    const name = parseObjectName(stream.interface, destination.path)
    return { ...name, isOwn: name.track === track.name && upload.path.startsWith(folderOf(destination.path)) }
  }
  const isSegment = (uri: string) => {
    const name = nameAt(uri)
    // Absolute URLs, and those that leave the stream, have findings of their own.
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

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf('/') + 1)

/** A track whose playlist the multivariant one, every URI of which is known, does not name. */
export function notInMultivariant(session: Session, { name }: Track): readonly Finding[] {
  const { announcements, hlsTrackCount } = session
  const isKnown = hlsTrackCount !== null && Object.keys(announcements).length >= hlsTrackCount
  if (!isKnown || at(announcements, name)) return []
  const message = `expected a track that the multivariant playlist names, received the playlist of ${shown(name)}`
  return [find('manifest-omits-track', message)]
}

/** Tracks that the multivariant playlist names and of which nothing came. */
export function namedInVain(session: Session, missing: readonly string[]): readonly Finding[] {
  const names = Object.keys(session.announcements).filter(
    (name) => !at(session.tracks, name) && !missing.includes(name),
  )
  if (names.length === 0) return []
  const message = `expected tracks that were uploaded, the multivariant playlist names ${listed(names)}`
  return [find('manifest-names-unknown-track', message)]
}

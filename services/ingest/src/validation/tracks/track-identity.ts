import { at, type Session } from '../state.ts'
import type { IdentifiedObject, TrackIdentity } from './identified-object.ts'
import { initTrack, nameOfInit } from './init-track.ts'
import { segmentTrack } from './segment-track.ts'
import { ownerOf } from './track-paths.ts'

/**
 * The track of an object on a cmaf-ingest stream; null for an object that belongs to none. The first evidence that decides wins:
 *
 * 1. what a manifest names: the MPD's templates and lists, a playlist's EXT-X-MAPs and segments;
 * 2. the paths of Matter and of DASH-IF Ingest;
 * 3. media: extension, track id, decode time that goes on, duration of a sample;
 * 4. folder and name.
 *
 * Files that are whole by themselves, each with a header of its own, are one track as long as their names differ in a
 * counter or a date and their headers fit each other: clips of one camera.
 *
 * Without other evidence all segments of a folder with one init segment are one track. What was decided stays: segments
 * that came before their init segment or manifest keep their track, and its name, and what comes later joins it. Two
 * tracks that both have segments are never made one, so that nothing is counted twice.
 */
export function identifyTrack(session: Session | undefined, object: IdentifiedObject): TrackIdentity | null {
  const { name, init } = object
  if (name.track === null) return null
  if (!name.isFree) return withHeader(session, { name: name.track, header: null })
  if (!session) return { name: init ? nameOfInit(object) : name.track, header: null }
  if (init) return { name: initTrack(session, object, init), header: null }
  return withHeader(session, segmentTrack(session, object))
}

/** A track with the header that a manifest names for it, unless it has its own or is known to share another one. */
function withHeader(session: Session | undefined, { name, header }: TrackIdentity): TrackIdentity {
  if (!session || at(session.tracks, name)?.hasInit) return { name, header: null }
  return { name, header: header ?? announcedHeader(session, name) }
}

/** The track whose init segment is at the path that a manifest names for another track. */
function announcedHeader(session: Session, name: string): string | null {
  const path =
    at(session.announcements, name)?.initialization ?? at(session.playlists ?? {}, name)?.inits.at(-1)
  return path ? (ownerOf(session, path)?.name ?? null) : null
}

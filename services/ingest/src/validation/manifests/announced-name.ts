import { memoize } from '@pushav/shared/lib/memoize.ts'
import { templatePattern } from '../../media/path-matcher.ts'
import type { Context, Update } from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { at, type Session, type Track } from '../state.ts'
import { matchesPattern } from '../tracks/path-pattern.ts'
import { segmentOfPart } from '../tracks/track-names.ts'
import type { Announcement } from './manifest-state.ts'

/**
 * Checks that an object is at one of the paths that the MPD names for its track (ISO/IEC 23009-1, 5.3.9.4.4).
 */
export function checkAnnouncedName(context: Context, session: Session, track: Track): Update {
  const expected = expectedPath(context, session, track)
  const announcement = at(session.announcements, track.name)
  if (expected === null || !announcement) return {}
  const { path } = context.upload
  const isAnnounced = announcedPaths(announcement)
  const whole = segmentOfPart(path)
  const findings =
    isAnnounced(path) || (whole !== null && isAnnounced(whole)) ? [] : [nameNotAnnounced(expected, path)]
  return { findings, preconditions: ['announced-name'] }
}

/** A test of whether a path is one of those that the MPD names for a track. */
export function announcedPaths({ initialization, media }: Announcement): (path: string) => boolean {
  const isMedia = media === null ? () => false : mediaMatcher(media)
  return (path) => path === initialization || isMedia(path)
}

/** The tracks whose init segment is at a path, as manifests say. */
export const announcedInitsAt = (
  { announcements, playlists = {} }: Session,
  path: string,
): readonly string[] => [
  ...new Set([
    ...namesOf(announcements, ({ initialization }) => initialization === path),
    ...namesOf(playlists, ({ inits }) => inits.includes(path)),
  ]),
]

/** The track that has a segment at a path, as manifests say. */
export function announcedMediaAt(
  { announcements, playlists = {} }: Session,
  path: string,
): string | undefined {
  const isListed = (patterns: readonly string[] = []) =>
    patterns.some((pattern) => matchesPattern(pattern, path))
  return (
    firstNameOf(announcements, ({ media, list }) => (media ? mediaMatcher(media)(path) : isListed(list))) ??
    firstNameOf(playlists, ({ segments, parts }) => isListed(segments) || isListed(parts))
  )
}

function firstNameOf<Value>(record: Readonly<Record<string, Value>>, holds: (value: Value) => boolean) {
  for (const name of Object.keys(record)) {
    const value = record[name]
    if (value !== undefined && holds(value)) return name
  }
  return undefined
}

const namesOf = <Value>(
  record: Readonly<Record<string, Value>>,
  holds: (value: Value) => boolean,
): readonly string[] => Object.entries(record).flatMap(([name, value]) => (holds(value) ? [name] : []))

/**
 * The paths that an MPD's media template matches. The compiled templates are shared by all streams, because
 * an announcement is plain data, read from Redis again and again, and its pattern costs more than matching a
 * path.
 */
const mediaMatcher = memoize(
  (media) => {
    const pattern = templatePattern(media)
    return (path: string) => pattern?.test(path) === true
  },
  { maxKeyLength: 1_024 },
)

export const nameNotAnnounced = (expected: string, path: string): Finding =>
  finding(
    'name-not-announced',
    `expected an object at ${excerpt(expected)} as the MPD says, received ${excerpt(path)}`,
  )

/**
 * The path, or template, that the MPD has for the object; null for none, and where other rules check the
 * name.
 */
function expectedPath(
  { inspection, name }: Context,
  session: Session,
  { name: track, isOneUrl }: Track,
): string | null {
  const announcement = at(session.announcements, track)
  if (!announcement || name.isTrackUrl || isOneUrl || name.padded) return null
  const isBoth = inspection?.init && inspection.media
  if (isBoth) return null
  return inspection?.init ? announcement.initialization : announcement.media
}

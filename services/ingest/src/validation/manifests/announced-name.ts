import { createPathMatcher, type PathMatcher } from '../../media/path-matcher.ts'
import type { Context, Update } from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { type Announcement, at, type Session, type Track } from '../state.ts'

/** Whether an object is at one of the paths that the MPD names for its track. */
export function checkAnnouncedName(context: Context, session: Session, track: Track): Update {
  const expected = expectedPath(context, session, track)
  const announcement = at(session.announcements, track.name)
  if (expected === null || !announcement) return {}
  const { path } = context.upload
  const findings = announcedPaths(announcement)(path) ? [] : [nameNotAnnounced(expected, path)]
  return { findings, preconditions: ['announced-name'] }
}

/** Tells whether a path is one of those that the MPD names for a track. */
export function announcedPaths(announcement: Announcement): (path: string) => boolean {
  const matcher = matchers.get(announcement) ?? matcherOf(announcement)
  matchers.set(announcement, matcher)
  return (path) => matcher(path) !== null
}

const matcherOf = ({ id, initialization, media }: Announcement): PathMatcher =>
  createPathMatcher({ id: id ?? '', initialization, media, segments: null, startNumber: 1 })

/** Patterns are dear, and the segments of a track often come together. */
const matchers = new WeakMap<Announcement, PathMatcher>()

export const nameNotAnnounced = (expected: string, path: string): Finding =>
  finding(
    'name-not-announced',
    `expected an object at ${excerpt(expected)} as the MPD says, received ${excerpt(path)}`,
  )

/** Null where the MPD says nothing, or Matter and DASH-IF have names of their own that are judged elsewhere. */
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

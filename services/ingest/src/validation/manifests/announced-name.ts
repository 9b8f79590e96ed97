import { type ClaimOf, expectedNames } from '../../media/expected-names.ts'
import type { Context, Update } from '../evaluation.ts'
import { type Finding, find, shown } from '../finding.ts'
import { type Announcement, at, type Session, type Track } from '../state.ts'

/** Whether an object is at one of the paths that the MPD names for its track. */
export function judgeAnnouncedName(context: Context, session: Session, track: Track): Update {
  const expected = expectedPath(context, session, track)
  const announcement = at(session.announcements, track.name)
  if (expected === null || !announcement) return {}
  const { path } = context.upload
  const findings = claimedBy(announcement)(path) ? [] : [notAnnounced(expected, path)]
  return { findings, preconditions: ['announced name'] }
}

/** Tells whether a path is one of those that the MPD names for a track. */
export function claimedBy(announcement: Announcement): (path: string) => boolean {
  const claimOf = claimOfs.get(announcement) ?? claimOfIn(announcement)
  claimOfs.set(announcement, claimOf)
  return (path) => claimOf(path) !== null
}

const claimOfIn = ({ id, initialization, media }: Announcement): ClaimOf =>
  expectedNames({ id: id ?? '', initialization, media, segments: null, startNumber: 1 })

/** Patterns are dear, and the segments of a track often come together. */
const claimOfs = new WeakMap<Announcement, ClaimOf>()

export const notAnnounced = (expected: string, path: string): Finding =>
  find(
    'name-not-announced',
    `expected an object at ${shown(expected)} as the MPD says, received ${shown(path)}`,
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

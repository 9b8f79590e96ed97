import { expectedNames } from '../expected-names.ts'
import { type Finding, find, shown } from './finding.ts'
import type { Situation } from './situation.ts'
import { type Announcement, at, type Session, type Track } from './state.ts'
import type { Context } from './step.ts'

/** Whether an object is at one of the paths that the MPD names for its track. */
export function judgeAnnouncedName(context: Context, session: Session, track: Track): readonly Finding[] {
  const expected = expectedPath(context, session, track)
  const announcement = at(session.announcements, track.name)
  if (expected === null || !announcement || claims(announcement, context.upload.path)) return []
  return [notAnnounced(expected, context.upload.path)]
}

export const nameSituations = (context: Context, session: Session, track: Track): readonly Situation[] =>
  expectedPath(context, session, track) === null ? [] : ['announced name']

export const claims = ({ id, initialization, media }: Announcement, path: string): boolean =>
  expectedNames({ id: id ?? '', initialization, media, segments: null, startNumber: 1 })(path) !== null

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

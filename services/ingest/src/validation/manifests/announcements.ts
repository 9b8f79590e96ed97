import type { MpdFacts, PlaylistFacts, RepresentationFacts } from '../../media/inspection.ts'
import { destinationOf } from '../../media/relative-url.ts'
import { type Context, mergeUpdates, type Update } from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { limitAnnouncements, maxTextLength } from '../limits.ts'
import { checkAnnouncedCodec } from '../media/init-media.ts'
import { checkSets } from '../media/switching-set.ts'
import { parseObjectName } from '../object-name.ts'
import { type Announcement, at, type Session } from '../state.ts'

type Announcements = ReadonlyMap<string, Announcement>

/** Records what an MPD announces of tracks, and checks the tracks that came before it against that. */
export function updateAnnouncements(context: Context, session: Session): Update {
  const mpd = context.inspection?.mpd
  if (!mpd) return {}
  const announced = announcementsIn(mpd, (facts) => trackNameOf(context, session, facts))
  const isUpdate = context.stream.interface === 'cmaf-ingest' && Object.keys(session.announcements).length > 0
  const { merged, findings } = isUpdate
    ? mergeAnnouncements(session, announced)
    : { merged: announced, findings: [] }
  const next: Session = { ...session, announcements: limitAnnouncements(merged) }
  const known = Object.values(session.tracks).filter(({ name }) => at(next.announcements, name))
  const codecs = known.flatMap(({ name, init, reported }) =>
    init && !reported.includes('codec-not-announced') ? checkAnnouncedCodec(next, name, init) : [],
  )
  return mergeUpdates(
    { session: next, findings },
    { findings: codecs, preconditions: known.length > 0 ? ['announced-codec'] : [] },
    { preconditions: isUpdate ? ['updated-mpd'] : [] },
    checkSets(context, next),
  )
}

/**
 * The announcements of an MPD by track. Representations of one track, also of several periods, are combined.
 */
function announcementsIn(
  { representations }: MpdFacts,
  nameOf: (facts: RepresentationFacts) => string | null,
): Announcements {
  const announced = new Map<string, Announcement>()
  for (const facts of representations) {
    const name = nameOf(facts)
    if (name === null) continue
    const before = announced.get(name)
    announced.set(name, before ? combine(before, announcementOf(facts)) : announcementOf(facts))
  }
  return announced
}

const announcementOf = (facts: RepresentationFacts): Announcement => ({
  id: facts.id,
  ...(facts.periodId === null ? {} : { period: facts.periodId.slice(0, maxTextLength) }),
  set: `${facts.period} ${facts.adaptationSet}`,
  codecs: facts.codecs?.slice(0, 64) ?? null,
  segmentSeconds: facts.duration !== null && facts.timescale > 0 ? facts.duration / facts.timescale : null,
  initialization: facts.initialization,
  media: facts.media,
})

function combine(one: Announcement, other: Announcement): Announcement {
  const { codecs } = one
  const both =
    codecs && other.codecs && codecs !== other.codecs
      ? `${codecs},${other.codecs}`.slice(0, 256)
      : (other.codecs ?? codecs)
  return {
    ...one,
    codecs: both,
    segmentSeconds: other.segmentSeconds,
    initialization: one.initialization === other.initialization ? one.initialization : null,
    media: one.media === other.media ? one.media : null,
  }
}

/**
 * DASH-IF Ingest 6.2-16g: an updated MPD has the same templates; if not, the first ones stay. An id is unique within
 * its period only (ISO/IEC 23009-1, 5.3.5.2), so that one in another period is no update.
 */
function mergeAnnouncements(
  { announcements }: Session,
  announced: Announcements,
): { readonly merged: Announcements; readonly findings: readonly Finding[] } {
  const before = new Map(
    Object.entries(announcements).map(([name, known]) => [keyOf(known), { name, known }]),
  )
  const kept = new Set([...announced].flatMap(([, announcement]) => announcement.media ?? []))
  const merged = new Map<string, Announcement>()
  const findings: Finding[] = []
  for (const [name, announcement] of announced) {
    const old = before.get(keyOf(announcement))
    // Periods without an id cannot be told apart: a template that is still there belongs to another of them.
    const isElsewhere = old !== undefined && old.known.media !== null && kept.has(old.known.media)
    const changed = old && !isElsewhere && changedPath(old.known, announcement)
    if (changed) findings.push(templateChanged(announcement, changed))
    if (changed) merged.set(old.name, { ...announcement, ...pathsOf(old.known) })
    else merged.set(name, announcement)
  }
  return { merged, findings: findings.slice(0, 1) }
}

const keyOf = ({ id, period }: Announcement): string => JSON.stringify([period ?? null, id])

const pathsOf = ({
  initialization,
  media,
}: Announcement): Pick<Announcement, 'initialization' | 'media'> => ({
  initialization,
  media,
})

function changedPath(old: Announcement, now: Announcement): readonly [string, string] | null {
  if (old.media !== null && now.media !== null && old.media !== now.media) return [old.media, now.media]
  if (old.initialization === null || now.initialization === null) return null
  return old.initialization === now.initialization ? null : [old.initialization, now.initialization]
}

const templateChanged = ({ id }: Announcement, [before, now]: readonly [string, string]): Finding =>
  finding(
    'mpd-template-changed',
    `expected ${excerpt(before)} for representation ${excerpt(id ?? '')} as in the MPD before, received ${excerpt(now)}; the first is kept`,
  )

/** One path of those that a representation names; null where it names none below the stream. */
export const examplePath = ({ initialization, media, segments }: RepresentationFacts): string | null =>
  initialization ?? media?.replace(/\$(Number|Time)[^$]*\$/g, '1') ?? segments?.[0] ?? null

/** The track of this session that a representation is; null when it names none, or one elsewhere. */
export function trackNameOf(context: Context, session: Session, facts: RepresentationFacts): string | null {
  const path = examplePath(facts)
  if (path === null) return null
  const name = parseObjectName(context.stream.interface, path)
  return name.session === session.key ? name.track : null
}

/** An empty announcement for each track whose playlist a multivariant playlist names. */
export function playlistAnnouncements(
  { upload, stream }: Context,
  session: Session,
  { uris }: PlaylistFacts,
): Session['announcements'] {
  const announced = new Map<string, Announcement>()
  for (const uri of uris) {
    const destination = destinationOf(upload.path, uri)
    if (destination.kind !== 'inside') continue
    const name = parseObjectName(stream.interface, destination.path)
    if (name.kind === 'playlist' && name.session === session.key && name.track !== null)
      announced.set(name.track, emptyAnnouncement)
  }
  return limitAnnouncements(announced)
}

const emptyAnnouncement: Announcement = {
  id: null,
  set: null,
  codecs: null,
  segmentSeconds: null,
  initialization: null,
  media: null,
}

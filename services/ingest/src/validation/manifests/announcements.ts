import type { MpdFacts, PlaylistFacts, RepresentationFacts } from '../../media/inspection.ts'
import { destinationOf } from '../../media/relative-url.ts'
import { type Context, mergeUpdates, type Update } from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { limitAnnouncements, maxCodecsLength, maxTextLength, maxTrackCodecsLength } from '../limits.ts'
import { checkAnnouncedCodec } from '../media/init-media.ts'
import { checkSets } from '../media/switching-set.ts'
import { parseObjectName } from '../object-name.ts'
import { startTimeOf } from '../sessions/restart.ts'
import { at, type Session } from '../state.ts'
import { patternsOf } from '../tracks/path-pattern.ts'
import { examplePath, representationTracks } from '../tracks/representation-track.ts'
import { textDigest } from '../tracks/track-names.ts'
import type { Announcement } from './manifest-state.ts'
import { compareMpdVersion } from './mpd-version.ts'
import { someOf } from './playlist-names.ts'

type Announcements = ReadonlyMap<string, Announcement>

/** Records what an MPD announces of tracks, and checks the tracks that came before it against that. */
export function updateAnnouncements(context: Context, session: Session): Update {
  const mpd = context.inspection?.mpd
  if (!mpd) return {}
  const own = manifestOf(context, session)
  const first = session.manifest ?? textDigest(context.upload.path)
  const names = trackNamesOf(context, session, mpd)
  const announced = announcementsIn(mpd, names, own)
  const isUpdate = context.stream.interface === 'cmaf-ingest' && Object.keys(session.announcements).length > 0
  const { merged, findings } = isUpdate
    ? mergeAnnouncements(session, announced, own)
    : { merged: announced, findings: [] }
  const startTime = mpd.type === 'dynamic' ? startTimeOf(mpd) : session.startTime
  const versions = compareMpdVersion(context, session, mpd)
  const next: Session = {
    ...session,
    manifest: first,
    mpds: versions.mpds,
    startTime,
    announcements: limitAnnouncements(merged),
  }
  const known = Object.values(session.tracks).filter(({ name }) => at(next.announcements, name))
  const codecs = known.flatMap(({ name, init, reported }) =>
    init && !reported.includes('codec-not-announced') ? checkAnnouncedCodec(next, name, init) : [],
  )
  return mergeUpdates(
    { session: next, findings },
    { findings: codecs, preconditions: known.length > 0 ? ['announced-codec'] : [] },
    { preconditions: isUpdate ? ['updated-mpd'] : [] },
    checkSets(context, next),
    { findings: versions.findings },
  )
}

/**
 * The announcements of an MPD by track. Representations of one track, also of several periods, are combined.
 */
function announcementsIn(
  { representations }: MpdFacts,
  names: TrackNames,
  manifest: number | undefined,
): Announcements {
  const announced = new Map<string, Announcement>()
  for (const facts of representations) {
    const name = names.get(facts) ?? null
    if (name === null) continue
    const before = announced.get(name)
    const announcement =
      manifest === undefined ? announcementOf(facts) : { ...announcementOf(facts), manifest }
    announced.set(name, before ? combine(before, announcement) : announcement)
  }
  return announced
}

const announcementOf = (facts: RepresentationFacts): Announcement => ({
  id: facts.id,
  ...(facts.periodId === null ? {} : { period: facts.periodId.slice(0, maxTextLength) }),
  set: `${facts.period} ${facts.adaptationSet}`,
  codecs: facts.codecs?.slice(0, maxCodecsLength) ?? null,
  segmentSeconds: facts.duration !== null && facts.timescale > 0 ? facts.duration / facts.timescale : null,
  initialization: facts.initialization,
  media: facts.media,
  ...(facts.segments ? { list: patternsOf(someOf(facts.segments).filter((path) => path !== null)) } : {}),
})

function combine(one: Announcement, other: Announcement): Announcement {
  const { codecs } = one
  const both =
    codecs && other.codecs && codecs !== other.codecs
      ? `${codecs},${other.codecs}`.slice(0, maxTrackCodecsLength)
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
  own: number | undefined,
): { readonly merged: Announcements; readonly findings: readonly Finding[] } {
  const isOfAnother = ({ manifest }: Announcement) => manifest !== own
  const known = Object.entries(announcements)
  const before = new Map(
    known.filter(([, one]) => !isOfAnother(one)).map(([name, one]) => [keyOf(one), { name, known: one }]),
  )
  const kept = new Set([...announced].flatMap(([, announcement]) => announcement.media ?? []))
  const merged = new Map(known.filter(([, one]) => isOfAnother(one)))
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

type TrackNames = ReadonlyMap<RepresentationFacts, string | null>

/** The tracks of this session that representations are; null for one that names none, or one elsewhere. */
export function trackNamesOf(
  { stream }: Context,
  session: Session,
  { representations }: MpdFacts,
): TrackNames {
  if (stream.interface === 'cmaf-ingest') return representationTracks(session, representations)
  return new Map(
    representations.map((facts) => {
      const path = examplePath(facts)
      const name = path === null ? null : parseObjectName(stream.interface, path)
      return [facts, name?.session === session.key ? name.track : null]
    }),
  )
}

/** How announcements of this MPD name it: a digest of its path, or nothing for the session's first. */
export function manifestOf({ upload }: Context, { manifest }: Session): number | undefined {
  const own = textDigest(upload.path)
  return own === (manifest ?? own) ? undefined : own
}

/** The tracks of this session that an MPD names. */
export function trackNamesIn(context: Context, session: Session): ReadonlySet<string> {
  const mpd = context.inspection?.mpd
  return new Set(mpd ? [...trackNamesOf(context, session, mpd).values()].flatMap((name) => name ?? []) : [])
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

import type { MpdFacts, PlaylistFacts, RepresentationFacts } from '../../media/inspection.ts'
import { destinationOf } from '../../media/relative-url.ts'
import { type Context, merged, type Update } from '../evaluation.ts'
import { type Finding, find, shown } from '../finding.ts'
import { boundedAnnouncements } from '../limits.ts'
import { codecAnnounced } from '../media/init-media.ts'
import { judgeSets } from '../media/switching-set.ts'
import { parseObjectName } from '../object-name.ts'
import { type Announcement, at, type Session } from '../state.ts'

type Announced = ReadonlyMap<string, Announcement>

/** What an MPD says of tracks, for those that follow; tracks that came already are held against it. */
export function announcementsOf(context: Context, session: Session): Update {
  const mpd = context.inspection?.mpd
  if (!mpd) return {}
  const announced = announcedIn(mpd, (facts) => trackNamed(context, session, facts))
  const isUpdate = context.stream.interface === 'cmaf-ingest' && Object.keys(session.announcements).length > 0
  const { kept, findings } = isUpdate ? update(session, announced) : { kept: announced, findings: [] }
  const next: Session = { ...session, announcements: boundedAnnouncements(kept) }
  const known = Object.values(session.tracks).filter(({ name }) => at(next.announcements, name))
  const codecs = known.flatMap(({ name, init, reported }) =>
    init && !reported.includes('codec-not-announced') ? codecAnnounced(next, name, init.codec) : [],
  )
  return merged(
    { session: next, findings },
    { findings: codecs, preconditions: known.length > 0 ? ['announced codec'] : [] },
    { preconditions: isUpdate ? ['updated mpd'] : [] },
    judgeSets(context, next),
  )
}

/** Several representations, or periods, may be one track: what any of them says may come. */
function announcedIn(
  { representations }: MpdFacts,
  nameOf: (facts: RepresentationFacts) => string | null,
): Announced {
  const announced = new Map<string, Announcement>()
  for (const facts of representations) {
    const name = nameOf(facts)
    if (name === null) continue
    const before = announced.get(name)
    announced.set(name, before ? together(before, announcementOf(facts)) : announcementOf(facts))
  }
  return announced
}

const announcementOf = (facts: RepresentationFacts): Announcement => ({
  id: facts.id,
  set: `${facts.period} ${facts.adaptationSet}`,
  codecs: facts.codecs?.slice(0, 64) ?? null,
  segmentSeconds: facts.duration !== null && facts.timescale > 0 ? facts.duration / facts.timescale : null,
  initialization: facts.initialization,
  media: facts.media,
})

function together(one: Announcement, other: Announcement): Announcement {
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

/** DASH-IF Ingest 6.2-16g: an update has the same names, so the names that are known stay. */
function update(
  { announcements }: Session,
  announced: Announced,
): { readonly kept: Announced; readonly findings: readonly Finding[] } {
  const before = new Map(Object.entries(announcements).map(([name, known]) => [known.id, { name, known }]))
  const kept = new Map<string, Announcement>()
  const findings: Finding[] = []
  for (const [name, announcement] of announced) {
    const old = before.get(announcement.id)
    const changed = old && changedName(old.known, announcement)
    if (changed) findings.push(templateChanged(announcement, changed))
    if (changed) kept.set(old.name, { ...announcement, ...namesOf(old.known) })
    else kept.set(name, announcement)
  }
  return { kept, findings: findings.slice(0, 1) }
}

const namesOf = ({
  initialization,
  media,
}: Announcement): Pick<Announcement, 'initialization' | 'media'> => ({
  initialization,
  media,
})

function changedName(old: Announcement, now: Announcement): readonly [string, string] | null {
  if (old.media !== null && now.media !== null && old.media !== now.media) return [old.media, now.media]
  if (old.initialization === null || now.initialization === null) return null
  return old.initialization === now.initialization ? null : [old.initialization, now.initialization]
}

const templateChanged = ({ id }: Announcement, [before, now]: readonly [string, string]): Finding =>
  find(
    'mpd-template-changed',
    `expected ${shown(before)} for representation ${shown(id ?? '')} as in the MPD before, received ${shown(now)}; the first is kept`,
  )

/** One path of those that a representation names; null where it names none below the stream. */
export const pathOf = ({ initialization, media, segments }: RepresentationFacts): string | null =>
  initialization ?? media?.replace(/\$(Number|Time)[^$]*\$/g, '1') ?? segments?.[0] ?? null

/** The track of this session that a representation is; null when it names none, or one elsewhere. */
export function trackNamed(context: Context, session: Session, facts: RepresentationFacts): string | null {
  const path = pathOf(facts)
  if (path === null) return null
  const name = parseObjectName(context.stream.interface, path)
  return name.session === session.key ? name.track : null
}

/** The tracks whose playlists a multivariant playlist names. */
export function announcedByPlaylist(
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
      announced.set(name.track, nothingSaid)
  }
  return boundedAnnouncements(announced)
}

const nothingSaid: Announcement = {
  id: null,
  set: null,
  codecs: null,
  segmentSeconds: null,
  initialization: null,
  media: null,
}

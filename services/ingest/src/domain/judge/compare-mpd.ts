import type { MpdFacts, RepresentationFacts } from '../inspection.ts'
import { type Finding, find, shown } from './finding.ts'
import { codecAnnounced } from './init-media.ts'
import { missingNames } from './matter-session.ts'
import { parseName } from './name.ts'
import { seconds } from './segment-media.ts'
import { type Announcement, at, type Session, type Track } from './state.ts'
import type { Change, Context } from './step.ts'

/** What an MPD says of tracks, for those that follow; tracks that came already are held against it. */
export function announcementsOf(context: Context, session: Session): Change {
  const mpd = context.inspection?.mpd
  if (!mpd) return {}
  const announcements = announcedIn(mpd, (facts) => trackNamed(context, session, facts))
  const next: Session = { ...session, announcements }
  const known = Object.values(session.tracks).filter(({ name }) => at(announcements, name))
  const findings = known.flatMap(({ name, init, told }) =>
    init && !told.includes('codec-not-announced') ? codecAnnounced(next, name, init.codec) : [],
  )
  return { session: next, findings, situations: known.length > 0 ? ['announced codec'] : [] }
}

/** Several representations, or periods, may be one track: what any of them says may come. */
function announcedIn(
  { representations }: MpdFacts,
  nameOf: (facts: RepresentationFacts) => string | null,
): Readonly<Record<string, Announcement>> {
  const announced = new Map<string, Announcement>()
  for (const facts of representations) {
    const name = nameOf(facts)
    if (name === null) continue
    const before = announced.get(name)?.codecs
    const { codecs, segmentSeconds } = announcementOf(facts)
    const both =
      before && codecs && before !== codecs ? `${before},${codecs}`.slice(0, 256) : (codecs ?? before)
    announced.set(name, { codecs: both ?? null, segmentSeconds })
  }
  return Object.fromEntries(announced)
}

const announcementOf = ({ codecs, duration, timescale }: RepresentationFacts): Announcement => ({
  codecs: codecs?.slice(0, 64) ?? null,
  segmentSeconds: duration !== null && timescale > 0 ? duration / timescale : null,
})

/** One path of those that a representation names; null where it names none below the stream. */
const pathOf = ({ initialization, media, segments }: RepresentationFacts): string | null =>
  initialization ?? media?.replace(/\$(Number|Time)[^$]*\$/g, '1') ?? segments?.[0] ?? null

/** The track of this session that a representation is; null when it names none, or one elsewhere. */
function trackNamed(context: Context, session: Session, facts: RepresentationFacts): string | null {
  const path = pathOf(facts)
  if (path === null) return null
  const name = parseName(context.stream.interface, path)
  return name.session === session.key ? name.track : null
}

/** The MPD of an ended session against what was uploaded; where tracks or segments lack, times are no news. */
export function compareWithMpd(context: Context, session: Session): readonly Finding[] {
  const mpd = context.inspection?.mpd
  if (!mpd) return []
  const named = mpd.representations
    .filter((facts) => pathOf(facts) !== null)
    .map((facts) => ({ facts, name: trackNamed(context, session, facts) }))
  const missing = missingNames(context.stream.expectedTrackNames, session)
  const unknown = named.filter(
    ({ name }) => name === null || !(at(session.tracks, name) || missing.includes(name)),
  )
  return [
    ...(unknown.length > 0 ? [unknownTracks(unknown.map(({ facts }) => facts))] : []),
    ...omitted(mpd, session, new Set(named.flatMap(({ name }) => name ?? []))),
    ...named.flatMap(({ facts, name }) => {
      const track = name === null ? undefined : at(session.tracks, name)
      return track && mpd.periodCount <= 1 ? compareTrack(facts, track) : []
    }),
  ]
}

const listed = (names: readonly string[]): string =>
  shown(names.slice(0, 5).join(', ')) + (names.length > 5 ? ` and ${names.length - 5} more` : '')

const unknownTracks = (unknown: readonly RepresentationFacts[]): Finding =>
  find(
    'manifest-names-unknown-track',
    `expected tracks that were uploaded, the MPD names ${listed(unknown.map(({ id, initialization }) => initialization ?? `representation ${id}`))}`,
  )

function omitted(mpd: MpdFacts, session: Session, named: ReadonlySet<string>): readonly Finding[] {
  if (mpd.truncated) return []
  const names = Object.values(session.tracks)
    .filter(({ name, segmentCount }) => segmentCount > 0 && !named.has(name))
    .map(({ name }) => name)
  if (names.length === 0) return []
  return [find('manifest-omits-track', `expected every uploaded track in the MPD, ${listed(names)} is not`)]
}

/** Within one segment: a timeline that repeats one duration need not know how short the last one was. */
function compareTrack({ timeline, timescale }: RepresentationFacts, track: Track): readonly Finding[] {
  const first = timeline?.[0]
  if (!timeline || !first || timescale <= 0 || timeline.some(({ count }) => count === null)) return []
  const count = timeline.reduce((sum, run) => sum + (run.count ?? 0), 0)
  if (count > track.segmentCount) {
    const message = `expected ${count} segments of ${shown(track.name)} as the MPD says, received ${track.segmentCount}`
    return [find('manifest-names-missing-segments', message)]
  }
  if (!track.clock || !track.init || track.init.timescale <= 0 || count < track.segmentCount) return []
  const total = timeline.reduce((sum, { d, count }) => sum + d * (count ?? 0), 0) / timescale
  const longest = Math.max(...timeline.slice(0, 1_000).map(({ d }) => d)) / timescale
  const start = track.clock.start / track.init.timescale
  const lasted = track.clock.total / track.init.timescale
  if (Math.abs(start - first.t / timescale) > longest) {
    const message = `expected ${shown(track.name)} to begin at ${seconds(first.t / timescale)} as the MPD says, it begins at ${seconds(start)}`
    return [find('manifest-timing-off', message)]
  }
  if (Math.abs(lasted - total) <= longest) return []
  const message = `expected ${shown(track.name)} to last ${seconds(total)} as the MPD says, it lasts ${seconds(lasted)}`
  return [find('manifest-timing-off', message)]
}

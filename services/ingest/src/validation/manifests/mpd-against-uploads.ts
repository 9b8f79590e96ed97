import { expectedNames } from '../../media/expected-names.ts'
import type { MpdFacts, RepresentationFacts } from '../../media/inspection.ts'
import type { Context } from '../evaluation.ts'
import { type Finding, find, shown } from '../finding.ts'
import { missingNames } from '../matter/matter-session.ts'
import { at, type Session, type Track } from '../state.ts'
import { notAnnounced } from './announced-name.ts'
import { pathOf, trackNamed } from './announcements.ts'
import { compareSegments } from './segments-against-uploads.ts'

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
      return track && mpd.periodCount <= 1 ? compareTrack(context, facts, track) : []
    }),
  ]
}

/** A few names, and how many more there are. */
export const listed = (names: readonly string[]): string =>
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

function compareTrack(context: Context, facts: RepresentationFacts, track: Track): readonly Finding[] {
  const isMatter = context.stream.interface !== 'cmaf-ingest'
  const misnamed = isMatter ? nameOf(context, facts, track) : []
  if (misnamed.length > 0) return misnamed
  const named = segmentsNamed(facts)
  if (!named) return []
  // Elsewhere names may have any numbers, and an MPD a window that moves on.
  return isMatter
    ? compareSegments('MPD', named, track, { mayOmit: false })
    : compareSegments('MPD', { ...named, firstNumber: null }, track, { mayOmit: true })
}

/** Matter's layout tells the path of the newest segment, though none is remembered. */
function nameOf({ name }: Context, facts: RepresentationFacts, track: Track): readonly Finding[] {
  if (track.lastNumber === null || track.reported.includes('name-not-announced')) return []
  const path = `session_${name.session}/${track.name}/segment_${track.lastNumber}.m4s`
  const expected = facts.media ?? facts.segments?.[0] ?? null
  return expected === null || expectedNames(facts)(path) ? [] : [notAnnounced(expected, path)]
}

/** What a representation says of its segments; null where the MPD leaves it open. */
function segmentsNamed(facts: RepresentationFacts): Parameters<typeof compareSegments>[1] | null {
  const { timeline, timescale, duration, segments, periodSeconds, startNumber } = facts
  if (timescale <= 0) return null
  const firstNumber = /\$Number/.test(facts.media ?? '') ? startNumber : null
  if (timeline) {
    const [first] = timeline
    if (!first || timeline.some(({ count }) => count === null)) return null
    return {
      count: timeline.reduce((sum, run) => sum + (run.count ?? 0), 0),
      slack: 0,
      firstNumber,
      startSeconds: first.t / timescale,
      seconds: timeline.reduce((sum, { d, count }) => sum + d * (count ?? 0), 0) / timescale,
      longest: Math.max(...timeline.slice(0, 1_000).map(({ d }) => d)) / timescale,
    }
  }
  if (duration === null) return null
  const longest = duration / timescale
  const open = { firstNumber: null, startSeconds: null, longest }
  if (segments) return { ...open, count: segments.length, slack: 0, seconds: segments.length * longest }
  if (periodSeconds === null) return null
  return { ...open, count: Math.ceil(periodSeconds / longest - 0.01), slack: 1, seconds: periodSeconds }
}

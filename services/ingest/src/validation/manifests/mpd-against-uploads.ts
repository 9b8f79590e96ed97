import type { MpdFacts, RepresentationFacts } from '../../media/inspection.ts'
import { createPathMatcher } from '../../media/path-matcher.ts'
import type { Context } from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { missingNames } from '../matter/matter-session.ts'
import { at, type Session, type Track } from '../state.ts'
import { examplePath } from '../track-identity.ts'
import { nameNotAnnounced } from './announced-name.ts'
import { trackNamesOf } from './announcements.ts'
import { checkSegmentsAgainstUploads, type ManifestSegments } from './segments-against-uploads.ts'

/** Compares the MPD of an ended session with the uploads: tracks, then segments, then times. */
export function checkMpdAgainstUploads(context: Context, session: Session): readonly Finding[] {
  const mpd = context.inspection?.mpd
  if (!mpd) return []
  const names = trackNamesOf(context, session, mpd)
  const named = mpd.representations
    .filter((facts) => examplePath(facts) !== null)
    .map((facts) => ({ facts, name: names.get(facts) ?? null }))
  const missing = missingNames(context.stream.expectedTrackNames, session)
  const unknown = named.filter(
    ({ name }) => name === null || !(at(session.tracks, name) || missing.includes(name)),
  )
  return [
    ...(unknown.length > 0 ? [unknownTracks(unknown.map(({ facts }) => facts))] : []),
    ...omittedTracks(mpd, session, new Set(named.flatMap(({ name }) => name ?? []))),
    ...named.flatMap(({ facts, name }) => {
      const track = name === null ? undefined : at(session.tracks, name)
      return track && mpd.periodCount <= 1 ? checkTrack(context, facts, track) : []
    }),
  ]
}

/** Up to five names for a message, and the number of others. */
export const nameList = (names: readonly string[]): string =>
  excerpt(names.slice(0, 5).join(', ')) + (names.length > 5 ? ` and ${names.length - 5} more` : '')

const unknownTracks = (unknown: readonly RepresentationFacts[]): Finding =>
  finding(
    'manifest-names-unknown-track',
    `expected tracks that were uploaded, the MPD names ${nameList(unknown.map(({ id, initialization }) => initialization ?? `representation ${id}`))}`,
  )

function omittedTracks(mpd: MpdFacts, session: Session, named: ReadonlySet<string>): readonly Finding[] {
  if (mpd.truncated) return []
  const names = Object.values(session.tracks)
    .filter(({ name, segmentCount }) => segmentCount > 0 && !named.has(name))
    .map(({ name }) => name)
  if (names.length === 0) return []
  return [
    finding('manifest-omits-track', `expected every uploaded track in the MPD, ${nameList(names)} is not`),
  ]
}

function checkTrack(context: Context, facts: RepresentationFacts, track: Track): readonly Finding[] {
  const isMatter = context.stream.interface !== 'cmaf-ingest'
  const nameFindings = isMatter ? checkNewestName(context, facts, track) : []
  if (nameFindings.length > 0) return nameFindings
  const listing = manifestSegmentsOf(facts)
  if (!listing) return []
  // On cmaf-ingest names may have any numbers, and an MPD may list a moving window.
  return isMatter
    ? checkSegmentsAgainstUploads('MPD', listing, track, { mayOmit: false })
    : checkSegmentsAgainstUploads('MPD', { ...listing, firstNumber: null }, track, { mayOmit: true })
}

/** Checks the name of the newest segment, whose path follows from Matter's layout and its number. */
function checkNewestName({ name }: Context, facts: RepresentationFacts, track: Track): readonly Finding[] {
  if (track.lastNumber === null || track.reported.includes('name-not-announced')) return []
  const path = `session_${name.session}/${track.name}/segment_${track.lastNumber}.m4s`
  const expected = facts.media ?? facts.segments?.[0] ?? null
  return expected === null || createPathMatcher(facts)(path) ? [] : [nameNotAnnounced(expected, path)]
}

/** The segments that a representation lists; null where the MPD leaves them open. */
function manifestSegmentsOf(facts: RepresentationFacts): ManifestSegments | null {
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

import type { MediaFacts } from '../../media/inspection.ts'
import { type Context, mergeUpdates, type Update } from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import type { Announcement } from '../manifests/manifest-state.ts'
import { at, type KnownInit, type Session, type Track } from '../state.ts'
import { familyOf } from './codec-agreement.ts'
import { formatSeconds } from './format-seconds.ts'

/** A track whose init segment is known. */
type Member = Track & { readonly init: KnownInit }

/**
 * Compares a track with the other tracks of its switching set (ISO/IEC 23000-19, 7.3.4): codec family and
 * timescale.
 */
export function checkSetMember(context: Context, session: Session, track: Track): Update {
  const others = isMember(track) ? othersOf(session, track) : []
  if (!isMember(track) || others.length === 0) return {}
  const other = others.find((one) => differenceOf(one, track) !== null)
  return { findings: other ? [differs(context, other, track)] : [], preconditions: ['switching-set'] }
}

/** Compares all tracks that came before the MPD that groups them; at most one finding. */
export function checkSets(context: Context, session: Session): Update {
  const updates = mergeUpdates(
    ...Object.values(session.tracks).map((track) => checkSetMember(context, session, track)),
  )
  return { ...updates, findings: updates.findings?.slice(0, 1) ?? [] }
}

/**
 * Checks that a segment does not begin inside the newest segment of another track of its set. The state has
 * the newest segment only, so a segment that begins before or behind it cannot be compared.
 */
export function checkSetAlignment(
  context: Context,
  session: Session,
  track: Track,
  media: MediaFacts,
): Update {
  const { decodeTime } = media
  if (!isMember(track) || decodeTime === null || media.trackId !== track.init.trackId) return {}
  const start = decodeTime / track.init.timescale
  const sample = (track.clock?.sample ?? 0) / track.init.timescale
  const other = othersOf(session, track).find(
    (one) => !isReported(one) && differenceOf(one, track) === null && isInside(one, start, sample),
  )
  if (!other) return {}
  const message = `expected segments that begin together with those of ${excerpt(other.name)}, which is in the same switching set; received one of ${excerpt(track.name)} that begins at ${formatSeconds(start)}, within ${segmentSpan(other)}`
  return { findings: [finding('switching-set-unaligned', message, severityOf(context))] }
}

const isMember = (track: Track): track is Member => track.init !== null && track.init.timescale > 0

function othersOf({ announcements, tracks }: Session, { name }: Track): readonly Member[] {
  const own = at(announcements, name)
  if (!own || own.set === null) return []
  // Ids of adaptation sets are unique within one MPD only.
  const isOfSet = (other: Announcement | undefined) =>
    other?.set === own.set && other.manifest === own.manifest
  return Object.values(tracks)
    .filter((other) => other.name !== name && isOfSet(at(announcements, other.name)))
    .filter(isMember)
}

function differenceOf({ init: one }: Member, { init: other }: Member): readonly [string, string] | null {
  if (familyOf(one.codec) !== familyOf(other.codec)) return [`codec ${one.codec}`, `codec ${other.codec}`]
  if (one.timescale === other.timescale) return null
  return [`timescale ${one.timescale}`, `timescale ${other.timescale}`]
}

function differs(context: Context, other: Member, track: Member): Finding {
  const [expected, received] = differenceOf(other, track) ?? ['', '']
  const message = `expected ${excerpt(expected)} in the switching set of ${excerpt(other.name)}, track ${excerpt(track.name)} has ${excerpt(received)}`
  return finding('switching-set-differs', message, severityOf(context))
}

function isInside({ clock, init }: Member, start: number, sample: number): boolean {
  if (!clock) return false
  const slack = Math.max(sample, clock.sample / init.timescale)
  const [begin, end] = [(clock.end - clock.duration) / init.timescale, clock.end / init.timescale]
  return start > begin + slack && start < end - slack
}

const segmentSpan = ({ clock, init }: Member): string =>
  clock
    ? `${formatSeconds((clock.end - clock.duration) / init.timescale)} to ${formatSeconds(clock.end / init.timescale)}`
    : ''

/** A misalignment is reported for one of the two tracks only. */
const isReported = ({ reported }: Track): boolean => reported.includes('switching-set-unaligned')

/** An error on cmaf-ingest only, where every adaptation set is a switching set (DASH-IF Ingest 6.2-16f). */
const severityOf = ({ stream }: Context): 'error' | 'warning' =>
  stream.interface === 'cmaf-ingest' ? 'error' : 'warning'

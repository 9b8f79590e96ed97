import type { MediaFacts } from '../../media/inspection.ts'
import { type Context, merged, type Update } from '../evaluation.ts'
import { type Finding, find, shown } from '../finding.ts'
import { at, type KnownInit, type Session, type Track } from '../state.ts'
import { familyOf } from './init-media.ts'
import { seconds } from './segment-media.ts'

/** A track whose init segment is known. */
type Member = Track & { readonly init: KnownInit }

/** A track against the others that its MPD lets players switch to (ISO/IEC 23000-19, 7.3.4). */
export function judgeSetMember(context: Context, session: Session, track: Track): Update {
  const others = isMember(track) ? othersOf(session, track) : []
  if (!isMember(track) || others.length === 0) return {}
  const other = others.find((one) => differenceOf(one, track) !== null)
  return { findings: other ? [differs(context, other, track)] : [], preconditions: ['switching set'] }
}

/** All tracks that came before the MPD that groups them; a set is told once. */
export function judgeSets(context: Context, session: Session): Update {
  const judged = merged(
    ...Object.values(session.tracks).map((track) => judgeSetMember(context, session, track)),
  )
  return { ...judged, findings: judged.findings?.slice(0, 1) ?? [] }
}

/**
 * Whether a segment begins inside the newest one of another track of its set. Older segments are not known
 * any more: what begins before or behind that one cannot be compared.
 */
export function judgeSetAlignment(
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
    (one) => !isTold(one) && differenceOf(one, track) === null && isInside(one, start, sample),
  )
  if (!other) return {}
  const message = `expected segments that begin together with those of ${shown(other.name)}, which is in the same switching set; received one of ${shown(track.name)} that begins at ${seconds(start)}, within ${segmentSpan(other)}`
  return { findings: [find('switching-set-unaligned', message, weightOf(context))] }
}

const isMember = (track: Track): track is Member => track.init !== null && track.init.timescale > 0

function othersOf({ announcements, tracks }: Session, { name }: Track): readonly Member[] {
  const set = at(announcements, name)?.set ?? null
  if (set === null) return []
  return Object.values(tracks)
    .filter((other) => other.name !== name && at(announcements, other.name)?.set === set)
    .filter(isMember)
}

function differenceOf({ init: one }: Member, { init: other }: Member): readonly [string, string] | null {
  if (familyOf(one.codec) !== familyOf(other.codec)) return [`codec ${one.codec}`, `codec ${other.codec}`]
  if (one.timescale === other.timescale) return null
  return [`timescale ${one.timescale}`, `timescale ${other.timescale}`]
}

function differs(context: Context, other: Member, track: Member): Finding {
  const [expected, received] = differenceOf(other, track) ?? ['', '']
  const message = `expected ${shown(expected)} in the switching set of ${shown(other.name)}, track ${shown(track.name)} has ${shown(received)}`
  return find('switching-set-differs', message, weightOf(context))
}

function isInside({ clock, init }: Member, start: number, sample: number): boolean {
  if (!clock) return false
  const slack = Math.max(sample, clock.sample / init.timescale)
  const [begin, end] = [(clock.end - clock.duration) / init.timescale, clock.end / init.timescale]
  return start > begin + slack && start < end - slack
}

const segmentSpan = ({ clock, init }: Member): string =>
  clock
    ? `${seconds((clock.end - clock.duration) / init.timescale)} to ${seconds(clock.end / init.timescale)}`
    : ''

/** What was told of one track of two is not told of the other. */
const isTold = ({ reported }: Track): boolean => reported.includes('switching-set-unaligned')

/** Only for DASH-IF Ingest (6.2-16f) is an adaptation set always a switching set. */
const weightOf = ({ stream }: Context): 'error' | 'warning' =>
  stream.interface === 'cmaf-ingest' ? 'error' : 'warning'

import type { MediaFacts } from '../../media/inspection.ts'
import { type Context, merged, type Update } from '../evaluation.ts'
import { type Finding, find, shown } from '../finding.ts'
import { seconds } from '../media/segment-media.ts'
import { at, type Session, type Track } from '../state.ts'

/** What DASH-IF asks of a source beyond CMAF; hardly any source obeys, nothing breaks. */
export function ingestRows(context: Context, session: Session, track: Track, media: MediaFacts): Update {
  const findings: Finding[] = []
  if (!media.hasPrft && isAudioOrVideo(track)) {
    findings.push(find('prft-absent', `expected prft in the segments of ${shown(track.name)}, received none`))
  }
  if (media.emsgCount > 0) {
    const message = `expected events in a track of their own, ${shown(track.name)} carries emsg`
    findings.push(find('emsg-top-level', message))
  }
  return merged(
    { findings, preconditions: ['ingest segment'] },
    durationOf(track),
    numberGap(context, session, track, media),
  )
}

const isAudioOrVideo = ({ init }: Track): boolean => init?.handler === 'vide' || init?.handler === 'soun'

/** The segment before this one, now known not to be the last, which may be short. */
function durationOf(track: Track): Update {
  const { clock, init, name } = track
  if (!clock || !init || init.timescale <= 0 || !isAudioOrVideo(track)) return {}
  const preconditions = ['next ingest segment'] as const
  const lasted = clock.duration / init.timescale
  if (lasted < 1 || lasted > 6) {
    const message = `expected segments of 1 s to 6 s, one of ${shown(name)} lasted ${seconds(lasted)}`
    return { findings: [find('fragment-duration', message)], preconditions }
  }
  const mean = clock.total / clock.count / init.timescale
  if (Math.abs(lasted - mean) <= mean * 0.1) return { preconditions }
  const message = `expected segments of one duration, those of ${shown(name)} lasted ${seconds(mean)} on average, the one before this ${seconds(lasted)}`
  return { findings: [find('fragment-duration', message)], preconditions }
}

function numberGap(context: Context, session: Session, track: Track, media: MediaFacts): Update {
  const received = numberIn(context, session, track, media)
  if (received === null || track.lastNumber === null) return {}
  const preconditions = ['numbered name'] as const
  const expected = track.lastNumber + 1
  if (received <= expected || received - expected >= maxMissing) return { preconditions }
  const message = `expected number ${expected} in the name of the segment of ${shown(track.name)}, received ${received}`
  return { findings: [find('name-number-gap', message)], preconditions }
}

/** Who leaves out more counts something else, most likely time. */
const maxMissing = 100

/** The number that a segment's name ends with; null for a time, and where names do not count. */
export function numberIn(
  { upload, name }: Context,
  { announcements }: Session,
  { name: track, isOneUrl }: Track,
  { decodeTime }: MediaFacts,
): number | null {
  if (name.isTrackUrl || isOneUrl || at(announcements, track)?.media?.includes('$Time')) return null
  const [, digits] = /(?:^|\D)(\d{1,15})(?:\.[^./]*)?$/.exec(upload.path) ?? []
  const number = name.number ?? (digits === undefined ? null : Number(digits))
  return number === decodeTime ? null : number
}

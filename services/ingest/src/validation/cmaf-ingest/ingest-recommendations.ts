import { isVideoOrSoundHandler } from '../../media/handlers.ts'
import type { MediaFacts } from '../../media/inspection.ts'
import { type Context, mergeUpdates, type Update } from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { formatSeconds } from '../media/format-seconds.ts'
import { at, type Session, type Track } from '../state.ts'
import { segmentOfPart, startOfDigits } from '../tracks/track-names.ts'

/** Notes on what DASH-IF Ingest 6.2, 6.3, 6.6 and 7.1.2 recommend beyond CMAF. Players work without it. */
export function checkIngestRecommendations(
  context: Context,
  session: Session,
  track: Track,
  media: MediaFacts,
): Update {
  const findings: Finding[] = []
  if (!media.hasPrft && isAudioOrVideo(track)) {
    findings.push(
      finding('prft-absent', `expected prft in the segments of ${excerpt(track.name)}, received none`),
    )
  }
  if (media.emsgCount > 0) {
    const message = `expected events in a track of their own, ${excerpt(track.name)} carries emsg`
    findings.push(finding('emsg-top-level', message))
  }
  return mergeUpdates(
    { findings, preconditions: ['ingest-segment'] },
    checkDuration(track),
    checkNumber(context, session, track, media),
  )
}

const isAudioOrVideo = ({ init }: Track): boolean => init !== null && isVideoOrSoundHandler(init.handler)

/** Checks the duration of the segment before this one, which is now known not to be the last. */
function checkDuration(track: Track): Update {
  const { clock, init, name } = track
  if (!clock || !init || init.timescale <= 0 || !isAudioOrVideo(track)) return {}
  const preconditions = ['next-ingest-segment'] as const
  const lasted = clock.duration / init.timescale
  if (lasted < 1 || lasted > 6) {
    const message = `expected segments of 1 s to 6 s, one of ${excerpt(name)} lasted ${formatSeconds(lasted)}`
    return { findings: [finding('fragment-duration', message)], preconditions }
  }
  const mean = clock.total / clock.count / init.timescale
  if (Math.abs(lasted - mean) <= mean * 0.1) return { preconditions }
  const message = `expected segments of one duration, those of ${excerpt(name)} lasted ${formatSeconds(mean)} on average, the one before this ${formatSeconds(lasted)}`
  return { findings: [finding('fragment-duration', message)], preconditions }
}

function checkNumber(context: Context, session: Session, track: Track, media: MediaFacts): Update {
  const received = numberIn(context, session, track, media)
  if (received === null || track.lastNumber === null) return {}
  const preconditions = ['numbered-name'] as const
  const expected = track.lastNumber + 1
  if (received <= expected || received - expected >= maxNumberGap) return { preconditions }
  const message = `expected number ${expected} in the name of the segment of ${excerpt(track.name)}, received ${received}`
  return { findings: [finding('name-number-gap', message)], preconditions }
}

/** A larger step is no gap: the name counts something else, such as time. */
const maxNumberGap = 100

/** The number that a segment's name ends with; null for a time, and where names do not count. */
export function numberIn(
  { upload, name }: Context,
  { announcements }: Session,
  { name: track, isOneUrl }: Track,
  { decodeTime }: MediaFacts,
): number | null {
  if (name.isTrackUrl || isOneUrl || at(announcements, track)?.media?.includes('$Time')) return null
  const number = name.number ?? numberAtEnd(segmentOfPart(upload.path) ?? upload.path)
  return number === decodeTime ? null : number
}

/** The digits before a path's extension, or at its end, as a number; null for none and for more than 15. */
function numberAtEnd(path: string): number | null {
  const dot = path.lastIndexOf('.')
  const before = dot > path.lastIndexOf('/') ? numberEndingAt(path, dot) : null
  return before ?? numberEndingAt(path, path.length)
}

function numberEndingAt(path: string, end: number): number | null {
  const start = startOfDigits(path, end)
  return start < end && end - start <= 15 ? Number(path.slice(start, end)) : null
}

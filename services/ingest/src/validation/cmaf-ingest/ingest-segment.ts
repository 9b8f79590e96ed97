import type { MediaFacts } from '../../media/inspection.ts'
import { type Context, endTrack, mergeUpdates, trackIn, type Update } from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { shortDigest } from '../limits.ts'
import { checkAnnouncedName } from '../manifests/announced-name.ts'
import { jumpOf } from '../manifests/discontinuity.ts'
import { checkAnnouncedCodec } from '../media/init-media.ts'
import { holeAfter } from '../media/late-segment.ts'
import {
  awaitedAfter,
  clockInOrder,
  isBetween,
  isInitOnItsWay,
  isInOrder,
} from '../media/overtaken-segment.ts'
import { checkSegmentMedia, type SegmentPosition, segmentPreconditions } from '../media/segment-media.ts'
import { checkSetAlignment } from '../media/switching-set.ts'
import { requestAfter } from '../sessions/long-request.ts'
import { isOfNewRecording } from '../sessions/restart.ts'
import { at, type Session, type Track, withTrack } from '../state.ts'
import { placeAfter } from '../tracks/track-paths.ts'
import { isClip } from './ingest-init.ts'
import { checkIngestRecommendations, numberIn } from './ingest-recommendations.ts'
import { clockAfterPart, partOf } from './partial-segment.ts'

/** The session with a segment, and the findings on it. */
export function addSegment(context: Context, before: Session, name: string, media: MediaFacts): Update {
  const { session, track } = shareInit(context, before, trackIn(before, name))
  const role = roleOf(context, session, track, media)
  const { part, isOrdered } = role
  const position = positionOf(context, session, track, role)
  const found = checkSegmentMedia(track, media, position)
  const { hole, withdrawn } = holeAfter(track, media, { findings: found, upload: context.upload.id })
  const next: Track = {
    ...trackAfter(context, track, media, role),
    lastNumber: lastNumberAfter(context, session, track, media),
    hole: track.isAnew ? undefined : hole,
    jump: jumpOf(context.upload, found) ?? track.jump,
  }
  const isFurther = part.kind === 'further'
  const counted = withTrack({ ...session, segmentCount: session.segmentCount + (isFurther ? 0 : 1) }, next)
  const ended = media.isLast ? endTrack(counted, next) : { session: counted, events: [] }
  return mergeUpdates(
    {
      ...ended,
      findings: [
        ...checkOrder(context, session, track),
        ...(track.header !== undefined && track.segmentCount === 0 && track.init
          ? checkAnnouncedCodec(session, name, track.init)
          : []),
        ...(role.isReused ? [pathReused(context)] : []),
        ...found,
      ],
      preconditions: segmentPreconditions(position, media),
      withdrawn,
    },
    part.kind === 'segment' && isOrdered && !track.isAnew
      ? checkIngestRecommendations(context, session, track, media)
      : {},
    part.kind === 'segment' && isOrdered ? checkSetAlignment(context, session, track, media) : {},
    isFurther ? {} : checkAnnouncedName(context, session, next),
  )
}

/** How a segment relates to those that its track has. */
interface SegmentRole {
  readonly part: ReturnType<typeof partOf>
  /** Whether the segment came in the order of its track, as far as that is known. */
  readonly isOrdered: boolean
  /** Whether the init segment of the track went to its path: all of the track comes to one URL. */
  readonly isAtInitPath: boolean
  /** Whether another segment of the recording went to its path, which is a fault. */
  readonly isReused: boolean
  /** Whether it replaces what went to its path, or is a copy of parts that came; then it does not count. */
  readonly isReplacement: boolean
}

function roleOf(context: Context, session: Session, track: Track, media: MediaFacts): SegmentRole {
  const previous = context.previous === null ? null : shortDigest(context.previous)
  const isAtInitPath = previous !== null && previous === track.shortInitDigest
  const isOwnPath =
    context.name.isTrackUrl || context.inspection?.init !== null || track.isOneUrl || isAtInitPath
  const isFilled = previous !== null && previous === track.shortFillerDigest
  const isOld = isOfNewRecording(context, session, track, media)
  const isReused = previous !== null && !isOwnPath && !isFilled && !isOld && track.segmentCount > 0
  const part = partOf(context, session, track, media)
  const isReplacement = isReused || isFilled || part.kind === 'copy'
  return { part, isOrdered: isInOrder(context, track), isAtInitPath, isReused, isReplacement }
}

function positionOf(
  context: Context,
  session: Session,
  track: Track,
  { part, isOrdered, isReplacement }: SegmentRole,
): SegmentPosition {
  const isNext =
    isOrdered && !isReplacement && track.phase !== 'completed' && !track.isAnew && !isClip(context)
  return {
    part: part.kind,
    isNext,
    // A file with a header of its own holds all segments of its track, or is a clip.
    announcedSeconds: context.inspection?.init
      ? null
      : (at(session.announcements, track.name)?.segmentSeconds ?? null),
    partFrom: context.upload.part?.from,
  }
}

/** The track after a segment. `lastNumber`, `hole` and `jump` are still those from before it. */
function trackAfter(
  context: Context,
  track: Track,
  media: MediaFacts,
  { part, isAtInitPath, isReplacement }: SegmentRole,
): Track {
  const isFurther = part.kind === 'further'
  const clock = clockInOrder(context, track, media)
  return {
    ...track,
    phase: track.phase === 'completed' ? 'completed' : track.hasInit ? 'segments_uploading' : track.phase,
    segmentCount: track.segmentCount + (isReplacement || isFurther ? 0 : 1),
    awaited: awaitedAfter(context, track),
    clock: isReplacement ? track.clock : isFurther ? clockAfterPart(track.clock, clock) : clock,
    part: partAfter(track, part),
    request: requestAfter(context, track, media),
    isOneUrl: track.isOneUrl || isAtInitPath || undefined,
    shortFillerDigest: media.isFiller ? shortDigest(context.upload.sha256) : track.shortFillerDigest,
    place: placeAfter(track, context.object),
    isAnew: undefined,
    shift: track.isAnew ? shiftOf(track, media) : track.shift,
    headless: track.hasInit ? undefined : { trackId: media.trackId, end: endOf(media) },
  }
}

function lastNumberAfter(
  context: Context,
  session: Session,
  track: Track,
  media: MediaFacts,
): Track['lastNumber'] {
  const number = numberIn(context, session, track, media)
  if (number === null) return track.lastNumber
  return isBetween(context, track, media) ? Math.max(number, track.lastNumber ?? 0) : number
}

/**
 * A track without an init segment gets that of the track which it shares, and that one is marked as shared. Both stay
 * unchanged where the track has its own, or shares none.
 */
function shareInit(
  { header }: Context,
  session: Session,
  track: Track,
): { readonly session: Session; readonly track: Track } {
  const owner = track.hasInit || header === null ? undefined : at(session.tracks, header)
  if (!owner?.hasInit) return { session, track }
  const { init, initUpload, place } = owner
  const shared: Track = {
    ...track,
    hasInit: true,
    init,
    initUpload,
    header: owner.name,
    headless: undefined,
    place: { ...track.place, init: place?.init },
  }
  return { session: withTrack(session, { ...owner, isHeader: true }), track: shared }
}

/**
 * How much later than its own times say a clip is placed, in units of the timescale: behind the clip before it,
 * unless its times go on from there by themselves.
 */
function shiftOf({ clock, shift = 0 }: Track, { decodeTime }: MediaFacts): number | undefined {
  if (clock === null || decodeTime === null) return undefined
  return Math.max(0, clock.end + shift - decodeTime) || undefined
}

function partAfter({ part }: Track, { kind, segment }: ReturnType<typeof partOf>): Track['part'] {
  if (kind === 'copy') return part
  return kind === 'further' || part?.areMany ? { of: segment, areMany: true } : { of: segment }
}

/** Where the decode time goes on after a segment; null where that depends on the init segment. */
const endOf = ({ decodeTime, defaultedSamples, explicitDuration }: MediaFacts): number | null =>
  decodeTime === null || defaultedSamples > 0 ? null : decodeTime + explicitDuration

function checkOrder({ upload }: Context, session: Session, track: Track): readonly Finding[] {
  const { name } = track
  const endedMs = track.endedMs ?? session.endedMs
  if (track.phase === 'completed') {
    // A manifest may overtake segments whose upload began before the end.
    if (endedMs !== null && Date.parse(upload.startedAt) < endedMs) return []
    const message = `expected an init segment of ${excerpt(name)} after its end, received a segment`
    return [finding('segment-after-end', message, 'warning')]
  }
  if (track.hasInit || isInitOnItsWay({ upload })) return []
  const message = `expected an init segment of ${excerpt(name)} before its segments, none came`
  return [finding('segment-without-init', message)]
}

const pathReused = ({ upload }: Context): Finding =>
  finding(
    'path-reused',
    `expected a new path for each segment, received other bytes at ${excerpt(upload.path)}`,
  )

import { isUnread } from '../../media/inspection.ts'
import { type Context, mergeUpdates, type Update } from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { checkAnnouncedName } from '../manifests/announced-name.ts'
import { wasOvertaken } from '../manifests/manifest-comparison.ts'
import { holeAfter } from '../media/late-segment.ts'
import {
  awaitedAfter,
  clockInOrder,
  isAwaited,
  isInitOnItsWay,
  isInOrder,
} from '../media/overtaken-segment.ts'
import { checkSegmentMedia, segmentPreconditions } from '../media/segment-media.ts'
import { checkSetAlignment } from '../media/switching-set.ts'
import { isRepeat, uploadRepeated } from '../request-findings.ts'
import { at, type Session, type Track, withTrack } from '../state.ts'
import { checkExtinf } from './extinf.ts'
import { hasTrackEnded } from './matter-session.ts'
import { checkSegmentNumber } from './segment-number.ts'

/** Checks a segment of a dash or hls stream against the one before it. */
export function checkMatterSegment(context: Context, session: Session, track: Track): Update {
  const { inspection, stream, name } = context
  const isHls = stream.interface === 'hls'
  const isKnown = name.number !== null && track.lastNumber !== null && name.number <= track.lastNumber
  if (isKnown && isRepeat(context)) return { findings: [uploadRepeated(context)] }
  const ended = checkOrder(context, session, track)
  const isOver = ended.length > 0 && (hasTrackEnded(session, track) || track.clock?.isLast)
  const numbered = checkSegmentNumber(context, track, isKnown)
  const media = inspection?.media ?? null
  const isOrdered = isInOrder(context, track)
  const position = {
    isNext: numbered.isNext && ended.length === 0 && isOrdered,
    announcedSeconds: at(session.announcements, track.name)?.segmentSeconds ?? null,
    partFrom: context.upload.part?.from,
  }
  const found = media ? checkSegmentMedia(track, media, position) : []
  const { hole, withdrawn } = media
    ? holeAfter(track, media, { findings: found, upload: context.upload.id })
    : { hole: track.hole, withdrawn: [] }
  const next: Track = {
    ...track,
    hole,
    phase: hasTrackEnded(session, track) || !track.hasInit ? track.phase : 'segments_uploading',
    segmentCount: track.segmentCount + (numbered.isReplacement ? 0 : 1),
    lastNumber: Math.max(name.number ?? 0, track.lastNumber ?? 0),
    hasPaddedNames: track.hasPaddedNames ?? (name.padded || undefined),
    cutOffNumber: undefined,
    awaited: awaitedAfter(context, track),
    clock:
      media && (numbered.isForward || isAwaited(context, track))
        ? clockInOrder(context, track, media)
        : clockWithout(context, track),
  }
  const counted = { ...session, segmentCount: session.segmentCount + 1 }
  return mergeUpdates(
    { session: withTrack(counted, next), preconditions: ['matter-segment'] },
    // After the end of its track, the number of a segment is not checked.
    {
      findings: isOver ? ended : [...ended, ...numbered.findings],
      preconditions: segmentPreconditions(position, media),
    },
    isHls ? { findings: checkExtinf(context, track), preconditions: ['hls-segment'] } : {},
    { findings: found, withdrawn },
    media && isOrdered ? checkSetAlignment(context, session, track, media) : {},
    checkAnnouncedName(context, session, track),
  )
}

/** The clock after a segment that this server could not inspect: null, because when that segment ends is unknown. */
const clockWithout = ({ inspection }: Context, { clock }: Track): Track['clock'] =>
  inspection && isUnread(inspection) ? null : clock

function checkOrder(context: Context, session: Session, track: Track): readonly Finding[] {
  const { stream } = context
  const name = excerpt(track.name)
  // The manifest that ended the track overtook this segment, whose request came before it.
  if (wasOvertaken(context, session)) return []
  if (hasTrackEnded(session, track))
    return [finding('segment-after-end', `expected no segment of ${name} after its end, received one`)]
  if (track.clock?.isLast) {
    const message = `expected nothing of ${name} behind the segment of brand lmsg, received another segment`
    return [finding('segment-after-end', message, 'warning')]
  }
  if (track.hasInit || isInitOnItsWay(context)) return []
  if (stream.interface === 'hls' && !track.hasPlaylist) {
    return [
      finding('segment-before-playlist', `expected ${name}/index.m3u8 before its segments, it has not come`),
    ]
  }
  return [
    finding('segment-before-init', `expected ${name}/${name}.init before its segments, it has not come`),
  ]
}

import { type Context, merged, type Update } from '../evaluation.ts'
import { type Finding, find, shown } from '../finding.ts'
import { judgeAnnouncedName } from '../manifests/announced-name.ts'
import { clockAfter, judgeSegmentMedia, mediaPreconditionsOf } from '../media/segment-media.ts'
import { judgeSetAlignment } from '../media/switching-set.ts'
import { isRepeated, repeated } from '../repeat.ts'
import { at, type Session, type Track, withTrack } from '../state.ts'
import { judgeExtinf } from './extinf.ts'
import { isEnded } from './matter-session.ts'
import { judgeSegmentNumber } from './segment-number.ts'

/** A segment of a dash or hls stream, which follows the one before it. */
export function judgeMatterSegment(context: Context, session: Session, track: Track): Update {
  const { inspection, stream, name } = context
  const isHls = stream.interface === 'hls'
  const isKnown = name.number !== null && track.lastNumber !== null && name.number <= track.lastNumber
  if (isKnown && isRepeated(context)) return { findings: [repeated(context)] }
  const ended = segmentOrder(context, session, track)
  const numbered = judgeSegmentNumber(context, track, isKnown)
  const media = inspection?.media ?? null
  const place = {
    isNext: numbered.isNext && ended.length === 0,
    announcedSeconds: at(session.announcements, track.name)?.segmentSeconds ?? null,
  }
  const next: Track = {
    ...track,
    phase: isEnded(session, track) || !track.hasInit ? track.phase : 'segments_uploading',
    segmentCount: track.segmentCount + (numbered.isReplacement ? 0 : 1),
    lastNumber: Math.max(name.number ?? 0, track.lastNumber ?? 0),
    cutOffNumber: undefined,
    clock: media && numbered.isForward ? clockAfter(track, media, context.upload.bytes) : track.clock,
  }
  const counted = { ...session, segmentCount: session.segmentCount + 1 }
  return merged(
    { session: withTrack(counted, next), preconditions: ['matter segment'] },
    // A segment out of its track's life has no place in its numbers either.
    {
      findings: ended.length > 0 ? ended : numbered.findings,
      preconditions: mediaPreconditionsOf(place, media),
    },
    isHls ? { findings: judgeExtinf(context, track), preconditions: ['hls segment'] } : {},
    { findings: media ? judgeSegmentMedia(track, media, place) : [] },
    media ? judgeSetAlignment(context, session, track, media) : {},
    judgeAnnouncedName(context, session, track),
  )
}

function segmentOrder({ stream }: Context, session: Session, track: Track): readonly Finding[] {
  const name = shown(track.name)
  if (isEnded(session, track))
    return [find('segment-after-end', `expected no segment of ${name} after its end, received one`)]
  if (track.clock?.isLast) {
    const message = `expected nothing of ${name} behind the segment of brand lmsg, received another segment`
    return [find('segment-after-end', message, 'warning')]
  }
  if (track.hasInit) return []
  if (stream.interface === 'hls' && !track.hasPlaylist) {
    return [
      find('segment-before-playlist', `expected ${name}/index.m3u8 before its segments, it has not come`),
    ]
  }
  return [find('segment-before-init', `expected ${name}/${name}.init before its segments, it has not come`)]
}

import { judgeAnnouncedName, nameSituations } from './announced-name.ts'
import { type Finding, find, shown } from './finding.ts'
import { codecSituations, fitsSameSegments, judgeInitMedia, knownInitOf } from './init-media.ts'
import { findSession, unannounced } from './matter-session.ts'
import { isRepeated, repeated } from './repeat.ts'
import { headerOf } from './request.ts'
import { clockAfter, judgeSegmentMedia, seconds, secondsOf } from './segment-media.ts'
import { judgeSegmentNumber } from './segment-number.ts'
import { at, type Session, type Track, withTrack } from './state.ts'
import { add, type Change, type Context, type Step, trackIn } from './step.ts'
import { judgeSetAlignment, judgeSetMember, setSituations } from './switching-set.ts'

/** An init segment or a segment of a dash or hls stream, in Matter's order. */
export function judgeMatterObject(start: Step, context: Context): Step {
  const { stream, name, upload } = context
  const step = add(start, { situations: ['matter object'] })
  if (!name.isMatter || name.track === null) {
    const expected = 'expected session_<N>/<track>/<track>.init or session_<N>/<track>/segment_<K>.m4s'
    return add(step, { findings: [find('object-path', `${expected}, received ${shown(upload.path)}`)] })
  }
  const found = add(findSession(step, context), {
    situations: [`${stream.interface as 'dash' | 'hls'} object`],
  })
  const session = found.session ?? unannounced(context)
  const track = trackIn(session, name.track)
  const ahead = aheadOfManifest(found, context, session)
  const judged = add(
    found,
    name.kind === 'init' ? init(context, session, track) : segment(context, session, track),
  )
  if (!ahead) return judged
  // One cause: what is in the wrong place for want of a manifest is not also wrong in its track.
  const others = judged.findings.filter(({ code }) => !isOrder.has(code))
  return { ...judged, findings: [...others, ahead] }
}

const isOrder: ReadonlySet<string> = new Set([
  'segment-before-init',
  'segment-before-playlist',
  'init-before-playlist',
  'segment-number-gap',
])

function aheadOfManifest({ state }: Step, { stream, name }: Context, session: Session): Finding | null {
  if (session.announced || session.phase === 'complete') return null
  if (state.order.open !== null && state.order.open !== name.session) {
    const message = `expected objects of session_${state.order.open}, which is open, received one of session_${name.session}`
    return find('session-number', message)
  }
  return stream.interface === 'hls'
    ? find(
        'segment-before-multivariant',
        `expected session_${name.session}/index.m3u8 first, it has not come`,
      )
    : find(
        'segment-before-mpd',
        `expected a dynamic session_${name.session}/index.mpd first, it has not come`,
      )
}

const isEnded = (session: Session, track: Track): boolean =>
  track.phase === 'completed' || session.phase === 'complete' || session.phase === 'abandoned'

function init(context: Context, session: Session, track: Track): Change {
  const facts = context.inspection?.init
  if (track.hasInit && isRepeated(context)) return { findings: [repeated(context)] }
  const order = initOrder(context, session, track)
  const phase =
    isEnded(session, track) || track.phase === 'segments_uploading' ? track.phase : 'init_uploaded'
  const known = facts && facts.trackCount === 1 ? knownInitOf(facts) : track.init
  const isOther = track.init && known && !fitsSameSegments(track.init, known)
  const clock = isOther ? null : track.clock
  const next: Track = { ...track, phase, hasInit: true, init: known, clock }
  const misnamed = initName(context, track)
  return {
    session: withTrack(session, next),
    findings: [
      ...(misnamed.length > 0 ? misnamed : judgeAnnouncedName(context, session, track)),
      ...order,
      ...(facts ? judgeInitMedia(session, track, facts) : []),
      ...judgeSetMember(context, session, next),
    ],
    situations: [
      'matter init',
      ...(context.stream.interface === 'hls' ? (['hls init'] as const) : []),
      ...codecSituations(session, track.name),
      ...nameSituations(context, session, track),
      ...setSituations(session, next),
    ],
  }
}

function initName({ upload }: Context, { name }: Track): readonly Finding[] {
  const file = upload.path.slice(upload.path.lastIndexOf('/') + 1)
  if (file === `${name}.init`) return []
  return [find('init-name', `expected ${shown(name)}.init, received ${shown(file)}`)]
}

function initOrder({ stream }: Context, session: Session, track: Track): readonly Finding[] {
  const name = shown(track.name)
  if (isEnded(session, track))
    return [find('init-after-end', `expected no init segment of ${name} after its end, received one`)]
  if (track.phase === 'segments_uploading') {
    return [
      find('init-after-segments', `expected no init segment of ${name} after its segments, received one`),
    ]
  }
  // An init segment that could not be read may be mended.
  if (track.init) return [find('init-duplicate', `expected one init segment of ${name}, received another`)]
  if (stream.interface !== 'hls' || track.hasPlaylist) return []
  return [
    find('init-before-playlist', `expected ${name}/index.m3u8 before the init segment, it has not come`),
  ]
}

function segment(context: Context, session: Session, track: Track): Change {
  const { inspection, stream, name } = context
  const isHls = stream.interface === 'hls'
  const isKnown = name.number !== null && track.lastNumber !== null && name.number <= track.lastNumber
  if (isKnown && isRepeated(context)) return { findings: [repeated(context)] }
  const ended = segmentOrder(context, session, track)
  const numbered = judgeSegmentNumber(context, track, isKnown)
  const media = inspection?.media ?? null
  const place = {
    isNext: numbered.isNext,
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
  return {
    session: withTrack(counted, next),
    findings: [
      // A segment out of its track's life has no place in its numbers either.
      ...(ended.length > 0 ? ended : numbered.findings),
      ...(isHls ? extinf(context, track) : []),
      ...(media
        ? judgeSegmentMedia(track, media, ended.length > 0 ? { ...place, isNext: false } : place)
        : []),
      ...(media ? judgeSetAlignment(context, session, track, media) : []),
      ...judgeAnnouncedName(context, session, track),
    ],
    situations: [
      'matter segment',
      ...(isHls ? (['hls segment'] as const) : []),
      ...(place.announcedSeconds === null ? [] : (['announced duration'] as const)),
      ...(media?.isLast ? (['track end'] as const) : []),
      ...nameSituations(context, session, track),
      ...setSituations(session, track),
    ],
  }
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

/** X-EXTINF-duration: there, a positive decimal, and what the media lasts. */
function extinf({ upload, inspection }: Context, track: Track): readonly Finding[] {
  const text = headerOf(upload, 'x-extinf-duration')?.trim()
  if (text === undefined) {
    return [find('extinf-header-missing', 'expected the header X-EXTINF-duration in seconds, received none')]
  }
  const duration = /^\+?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
  if (!(duration > 0 && Number.isFinite(duration))) {
    const message = `expected X-EXTINF-duration to be a positive decimal, received ${JSON.stringify(shown(text))}`
    return [find('extinf-header-invalid', message)]
  }
  const media = inspection?.media
  const lasts = media ? secondsOf(track.init, media) : null
  if (!media || lasts === null || lasts === 0) return []
  // A millisecond on top, because cameras round.
  const sample = lasts / Math.max(media.sampleCount, 1) + 0.001
  if (Math.abs(duration - lasts) <= sample) return []
  const message = `expected X-EXTINF-duration ${seconds(lasts)} as the media lasts, received ${seconds(duration)}`
  return [find('duration-header-off', message)]
}

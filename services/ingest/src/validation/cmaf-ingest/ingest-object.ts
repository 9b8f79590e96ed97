import { type InitFacts, isUnread, type MediaFacts } from '../../media/inspection.ts'
import {
  add,
  type Context,
  type Evaluation,
  endTrack,
  mergeUpdates,
  trackIn,
  type Update,
} from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { shortDigest, shortFingerprint } from '../limits.ts'
import { checkAnnouncedName } from '../manifests/announced-name.ts'
import { jumpOf } from '../manifests/discontinuity.ts'
import {
  changesOf,
  checkAnnouncedCodec,
  checkInitMedia,
  codecPreconditions,
  differencesOf,
  fitsSameSegments,
  knownInitOf,
} from '../media/init-media.ts'
import { holeAfter } from '../media/late-segment.ts'
import {
  awaitedAfter,
  clockInOrder,
  isBetween,
  isInitOnItsWay,
  isInOrder,
} from '../media/overtaken-segment.ts'
import { checkSegmentMedia, segmentPreconditions } from '../media/segment-media.ts'
import { checkSetAlignment, checkSetMember } from '../media/switching-set.ts'
import { isRepeat, uploadRepeated } from '../request-findings.ts'
import { endRequest, isOtherFile, isSentInOther, requestAfter } from '../sessions/long-request.ts'
import { isOfNewRecording } from '../sessions/restart.ts'
import { at, type Session, type Track, withTrack } from '../state.ts'
import { isClipFile } from '../tracks/identified-object.ts'
import { placeAfter } from '../tracks/track-paths.ts'
import { checkIngestRecommendations, numberIn } from './ingest-recommendations.ts'
import { endIfAllEnded, enterSession } from './ingest-session.ts'
import { clockAfterPart, partOf } from './partial-segment.ts'

/** Checks media on a cmaf-ingest stream: init segment, segment or both, as its bytes have them. */
export function checkIngestObject(start: Evaluation, context: Context): Evaluation {
  const { inspection } = context
  const known = at(start.state.sessions, context.name.session)
  const isMedia = inspection?.init || inspection?.media || inspection?.endsTrack
  const name = context.name.track ?? 'media'
  if (inspection && isUnread(inspection)) return recordUnread(enterSession(start, context), context, name)
  if (!isMedia) return known ? { ...start, session: known } : start
  if (context.upload.parts) return known ? recordSplitRequest(start, context, known, name) : start
  const track = known && at(known.tracks, name)
  const isEnd = !inspection.init && !inspection.media
  const isNewRecording =
    known && track && inspection.media && isOfNewRecording(context, known, track, inspection.media)
  if (isEnd && (!track || track.phase === 'completed')) return known ? { ...start, session: known } : start
  if (known && !inspection.init && track && !isNewRecording && isRepeat(context)) {
    return add({ ...start, session: known }, { track: name, findings: [uploadRepeated(context)] })
  }
  if (known && track && isSentInOther(context, track))
    return add({ ...start, session: known }, { track: name, findings: [segmentRepeated(name)] })
  const entered = enterSession(start, context)
  if (inspection.init && isKnownInit(context, at(entered.session.tracks, name))) {
    return repeatInit(entered, context, name)
  }
  let evaluation: Evaluation = add(recordDevice(entered, context, name), { track: name })
  if (inspection.init)
    evaluation = add(evaluation, addInit(context, sessionOf(evaluation, entered), inspection.init, name))
  if (inspection.media)
    evaluation = add(evaluation, addSegment(context, sessionOf(evaluation, entered), name, inspection.media))
  if (inspection.endsTrack) evaluation = add(evaluation, addEnd(sessionOf(evaluation, entered), name))
  return endIfAllEnded(evaluation)
}

/** Records which device a new track comes from, on the track itself where that is not the session's first device. */
function recordDevice(
  entered: Evaluation & { readonly session: Session },
  { upload }: Context,
  name: string,
): Evaluation {
  const { device } = upload.sender
  const { session } = entered
  if (device === null) return entered
  const shortDevice = shortFingerprint(device.fingerprint)
  if (session.shortDevice === undefined) return add(entered, { session: { ...session, shortDevice } })
  if (session.shortDevice === shortDevice || at(session.tracks, name)) return entered
  return add(entered, { session: withTrack(session, { ...trackIn(session, name), shortDevice }) })
}

/**
 * Records that a long request has ended, whose parts were validated before it. What comes to its path later is
 * segments at one URL.
 */
function recordSplitRequest(
  start: Evaluation,
  { upload }: Context,
  known: Session,
  name: string,
): Evaluation {
  const session = endRequest(known, name, upload)
  if (!session) return start
  const track = at(session.tracks, name)
  if (!track) return { ...start, session }
  return add(start, { track: name, session: withTrack(session, { ...track, isOneUrl: true }) })
}

const segmentRepeated = (track: string): Finding =>
  finding(
    'upload-repeated',
    `expected each segment of ${excerpt(track)} once, received the same bytes in another request; nothing changes`,
  )

/** Counts media that this server did not inspect, so that no manifest comparison calls it missing. */
function recordUnread(
  entered: Evaluation & { readonly session: Session },
  context: Context,
  name: string,
): Evaluation {
  const { session } = entered
  const isInit = context.inspection?.kind === 'init'
  const known = { ...trackIn(session, name), clock: null, lastNumber: null }
  const track: Track = isInit
    ? { ...known, hasInit: true, phase: 'init_uploaded', initUpload: context.upload.id }
    : { ...known, segmentCount: known.segmentCount + 1 }
  const segmentCount = session.segmentCount + (isInit ? 0 : 1)
  const place = placeOf(context, track)
  return add(entered, { track: name, session: withTrack({ ...session, segmentCount }, { ...track, place }) })
}

/**
 * Whether an upload brings the init segment that its track has: at the same path or, after a deletion or in another
 * request, at another one.
 */
function isKnownInit(context: Context, track: Track | undefined): boolean {
  // Clips of one camera have the same init segment, each in its own request.
  if (!track?.hasInit || (context.upload.part && isOtherFile(context, track))) return false
  return isRepeat(context) || track.shortInitDigest === shortDigest(context.upload.sha256)
}

const sessionOf = (evaluation: Evaluation, entered: { readonly session: Session }): Session =>
  evaluation.session ?? entered.session

/**
 * Takes an init segment with the bytes of the one before: it reopens a track that has ended, and changes nothing
 * else.
 */
function repeatInit(
  evaluation: Evaluation & { readonly session: Session },
  { upload }: Context,
  name: string,
): Evaluation {
  const message = `expected the init segment of ${excerpt(name)} once, received the same bytes again`
  const findings = [finding('init-repeated', message)]
  const session = reopenTrack(evaluation.session, name)
  const open = upload.part ? { ...trackIn(session, name), openRequest: upload.part.of } : null
  return add(evaluation, { track: name, session: open ? withTrack(session, open) : session, findings })
}

function reopenTrack(session: Session, name: string): Session {
  const track = trackIn(session, name)
  if (track.phase !== 'completed') return session
  return withTrack(session, { ...track, phase: 'init_uploaded', clock: null })
}

function addInit(context: Context, session: Session, facts: InitFacts, name: string): Update {
  const track = trackIn(session, name)
  const next = facts.trackCount === 1 ? knownInitOf(facts) : null
  const isRestart = track.phase === 'completed'
  const isSame = track.init && next ? fitsSameSegments(track.init, next) : false
  const phase = track.segmentCount > 0 && !isRestart ? track.phase : 'init_uploaded'
  const isFurther = isFurtherInit(context, session, name)
  const place = placeOf(context, track)
  const digest = shortDigest(context.upload.sha256)
  const isAnother = place?.hasClips === true && place.init !== track.place?.init
  const known: Track = {
    ...track,
    phase,
    hasInit: true,
    init: next ?? track.init,
    initUpload: isAnother && track.shortInitDigest === digest ? track.initUpload : context.upload.id,
    header: undefined,
    headless: undefined,
    place,
    openRequest: context.upload.part?.of,
    isAnew: isAnother || undefined,
    shortInitDigest: digest,
    clock: isSame && (isAnother || (!isRestart && !isFurther)) ? track.clock : null,
  }
  // Another track gave the restart away; this one still has the init segment of the recording before.
  const isOfBefore = context.upload.part !== undefined && session.generation > 1 && track.segmentCount === 0
  const isChange = !isFurther && !isOfBefore && !((isClip(context) || isAnother) && isSame)
  const changes = isChange ? checkInitChange(track, next) : []
  return mergeUpdates(
    {
      session: withSharedInit(withTrack(session, known), known),
      findings: [...checkInitMedia(session, track, facts), ...changes],
      preconditions: codecPreconditions(session, name),
    },
    checkSetMember(context, session, known),
    checkAnnouncedName(context, session, track),
  )
}

/**
 * Whether a playlist names this init segment behind another one: it may have other properties, and times may begin
 * anew.
 */
function isFurtherInit({ upload }: Context, { playlists = {} }: Session, name: string): boolean {
  return (at(playlists, name)?.inits.indexOf(upload.path) ?? -1) > 0
}

/** Whether an upload is a clip, a file with its own init segment: its times may begin anew. */
const isClip = ({ object, upload }: Context): boolean =>
  object?.name.isFree === true && isClipFile(object) && !upload.part

const placeOf = ({ object }: Context, track: Track): Track['place'] =>
  object?.name.isFree ? placeAfter(track, object) : track.place

/** The session with a newer init segment in the tracks that share it. */
function withSharedInit(session: Session, { name, init, initUpload, isHeader }: Track): Session {
  if (!isHeader) return session
  const sharing = Object.values(session.tracks).filter(({ header }) => header === name)
  return sharing.reduce((changed, track) => withTrack(changed, { ...track, init, initUpload }), session)
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

function checkInitChange({ init, name }: Track, next: Track['init']): readonly Finding[] {
  if (!init || !next) return []
  const differences = differencesOf(init, next)
  if (differences.length === 0) {
    const message = `expected the init segment of ${excerpt(name)} unchanged, received other bytes with the same properties`
    return [finding('init-rewritten', message)]
  }
  const changes = changesOf(init, next)
  if (fitsSameSegments(init, next)) {
    return [
      finding('init-language-changed', `expected one language of ${excerpt(name)}, received ${changes}`),
    ]
  }
  return [finding('init-changed', `expected the same properties of ${excerpt(name)}, received ${changes}`)]
}

function addSegment(context: Context, before: Session, name: string, media: MediaFacts): Update {
  const { session, track } = shareInit(context, before, trackIn(before, name))
  const { upload } = context
  const previous = context.previous === null ? null : shortDigest(context.previous)
  const isOwnPath =
    context.name.isTrackUrl ||
    context.inspection?.init !== null ||
    track.isOneUrl ||
    previous === track.shortInitDigest
  const isFilled = previous !== null && previous === track.shortFillerDigest
  const isOld = isOfNewRecording(context, session, track, media)
  const isReused = previous !== null && !isOwnPath && !isFilled && !isOld && track.segmentCount > 0
  const part = partOf(context, session, track, media)
  const number = numberIn(context, session, track, media)
  const isOrdered = isInOrder(context, track)
  const position = {
    part: part.kind,
    isNext:
      isOrdered &&
      !isReused &&
      !isFilled &&
      part.kind !== 'copy' &&
      track.phase !== 'completed' &&
      !track.isAnew &&
      !isClip(context),
    // A file with a header of its own holds all segments of its track, or is a clip.
    announcedSeconds: context.inspection?.init
      ? null
      : (at(session.announcements, name)?.segmentSeconds ?? null),
    partFrom: context.upload.part?.from,
  }
  const isFurther = part.kind === 'further'
  const isReplacement = isReused || isFilled || part.kind === 'copy'
  const counts = !isReplacement && !isFurther
  const clock = clockInOrder(context, track, media)
  const found = checkSegmentMedia(track, media, position)
  const { hole, withdrawn } = holeAfter(track, media, { findings: found, upload: upload.id })
  const next: Track = {
    ...track,
    phase: track.phase === 'completed' ? 'completed' : track.hasInit ? 'segments_uploading' : track.phase,
    segmentCount: track.segmentCount + (counts ? 1 : 0),
    lastNumber:
      isBetween(context, track, media) && number !== null
        ? Math.max(number, track.lastNumber ?? 0)
        : (number ?? track.lastNumber),
    awaited: awaitedAfter(context, track),
    clock: isReplacement ? track.clock : isFurther ? clockAfterPart(track.clock, clock) : clock,
    part: partAfter(track, part),
    request: requestAfter(context, track, media),
    isOneUrl: track.isOneUrl || (previous !== null && previous === track.shortInitDigest) || undefined,
    shortFillerDigest: media.isFiller ? shortDigest(upload.sha256) : track.shortFillerDigest,
    place: placeOf(context, track),
    hole: track.isAnew ? undefined : hole,
    jump: jumpOf(upload, found) ?? track.jump,
    isAnew: undefined,
    shift: track.isAnew ? shiftOf(track, media) : track.shift,
    headless: track.hasInit ? undefined : { trackId: media.trackId, end: endOf(media) },
  }
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
        ...(isReused ? [pathReused(context)] : []),
        ...found,
      ],
      preconditions: segmentPreconditions(position, media),
      withdrawn,
    },
    part.kind === 'segment' && isOrdered && !track.isAnew
      ? checkIngestRecommendations(context, session, track, media)
      : {},
    part.kind === 'segment' && isOrdered ? checkSetAlignment(context, session, track, media) : {},
    part.kind === 'further' ? {} : checkAnnouncedName(context, session, next),
  )
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

function addEnd(session: Session, name: string): Update {
  return { ...endTrack(session, trackIn(session, name)), preconditions: ['track-end'] }
}

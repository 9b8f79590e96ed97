import { isUnread } from '../../media/inspection.ts'
import { add, type Context, type Evaluation, endTrack, trackIn, type Update } from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { shortFingerprint } from '../limits.ts'
import { isRepeat, uploadRepeated } from '../request-findings.ts'
import { endRequest, isSentInOther } from '../sessions/long-request.ts'
import { isOfNewRecording } from '../sessions/restart.ts'
import { at, type Session, type Track, withTrack } from '../state.ts'
import { placeAfter } from '../tracks/track-paths.ts'
import { addInit, isKnownInit, repeatInit } from './ingest-init.ts'
import { addSegment } from './ingest-segment.ts'
import { endIfAllEnded, enterSession } from './ingest-session.ts'

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
  const place = placeAfter(track, context.object)
  return add(entered, { track: name, session: withTrack({ ...session, segmentCount }, { ...track, place }) })
}

const sessionOf = (evaluation: Evaluation, entered: { readonly session: Session }): Session =>
  evaluation.session ?? entered.session

function addEnd(session: Session, name: string): Update {
  return { ...endTrack(session, trackIn(session, name)), preconditions: ['track-end'] }
}

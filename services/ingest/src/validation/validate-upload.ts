import type { Stream } from '../streams/stream.ts'
import { baseNameOf } from '../uploads/object-path.ts'
import { requestPathOf } from '../uploads/part-path.ts'
import type { Upload } from '../uploads/upload.ts'
import { checkIngestManifest } from './cmaf-ingest/ingest-manifest.ts'
import { checkIngestObject } from './cmaf-ingest/ingest-object.ts'
import { dedupeFindings, type ValidationResult } from './dedupe-findings.ts'
import { type Arrival, add, type Context, type Evaluation, trackIn } from './evaluation.ts'
import { checkHksvUpload } from './hksv/hksv-upload.ts'
import { closeIdle, defaultIdleMs } from './idle-sessions.ts'
import { checkManifestRecommendations } from './manifests/manifest-recommendations.ts'
import { checkMatterMpd } from './matter/matter-mpd.ts'
import { checkMatterObject } from './matter/matter-object.ts'
import { checkMatterPlaylist } from './matter/matter-playlist.ts'
import { checkContent, checkProducerTime } from './media/media-content.ts'
import { mediaPreconditions } from './media/media-preconditions.ts'
import { firstSegmentNumber, type ObjectName, parseObjectName, sessionIn } from './object-name.ts'
import { checkContentType, checkRequest } from './request-findings.ts'
import { ofRecordingBefore } from './sessions/late-part.ts'
import { endRequest } from './sessions/long-request.ts'
import { beginAfterRestart } from './sessions/restart.ts'
import { at, type State, withTrack } from './state.ts'
import { identifiedObject } from './tracks/identified-object.ts'
import { identifyTrack } from './tracks/track-identity.ts'
import { checkNames, checkSupported, checkTrackCount } from './unsupported.ts'

export type { ValidationResult } from './dedupe-findings.ts'
export type { Arrival } from './evaluation.ts'

/**
 * The findings of one upload, and the state of its stream after it. Pure: the same uploads in the same order
 * get the same findings. `idleMs` is the silence that ends a session. Called for one upload after another, in
 * the order of the journal.
 */
export function validateUpload(
  stream: Stream,
  state: State,
  arrival: Arrival,
  idleMs = defaultIdleMs,
): ValidationResult {
  const context = contextOf(stream, state, arrival)
  const start: Evaluation = {
    ...emptyEvaluation,
    state: closeIdle(state, context.receivedMs, idleMs).state,
    track: context.name.track,
    findings: checkRequest(context),
  }
  return dedupeFindings(context, checkUpload(start, context))
}

const emptyEvaluation: Omit<Evaluation, 'state'> = {
  session: null,
  track: null,
  findings: [],
  events: [],
  preconditions: ['upload'],
  replaced: null,
  withdrawn: [],
}

/** Keys of the sessions that an upload at this path depends on: the one in the path, and the open one. */
export const sessionsOf = (state: Pick<State, 'order'>, path: string): readonly string[] => {
  const own = sessionIn(path)
  return state.order.open === null || state.order.open === own ? [own] : [own, state.order.open]
}

function contextOf(stream: Stream, state: State, arrival: Arrival): Context {
  const { upload } = arrival
  const name = nameOf(stream, upload)
  const isIngest = stream.interface === 'cmaf-ingest'
  const object = isIngest ? identifiedObject(upload, name, arrival.inspection) : null
  const identity = object && identifyTrack(at(state.sessions, name.session), object)
  return {
    upload,
    inspection: arrival.inspection,
    previous: arrival.previous,
    clashes: arrival.clashes,
    stream,
    name: identity && identity.name !== name.track ? { ...name, track: identity.name } : name,
    object,
    header: identity?.header ?? null,
    extension: lastExtensionOf(upload.path),
    receivedMs: Date.parse(upload.receivedAt) || 0,
  }
}

/** The extension of a path in lower case, without its dot; one of digits counts, too. */
const lastExtensionOf = (path: string): string => {
  const name = baseNameOf(path)
  const dot = name.lastIndexOf('.')
  return dot < 0 ? '' : name.slice(dot + 1).toLowerCase()
}

/**
 * A part of a long request belongs to the track in that request's URL. Its kind follows from its bytes; this server
 * has numbered it.
 */
function nameOf(stream: Stream, { path, part, parts }: Upload): ObjectName {
  const name = parseObjectName(stream.interface, part ? requestPathOf(path) : path)
  if (part) return { ...name, kind: null, number: null, isTrackUrl: true }
  return parts ? { ...name, isTrackUrl: true } : name
}

function checkUpload(start: Evaluation, context: Context): Evaluation {
  const session = at(start.state.sessions, context.name.session) ?? null
  if (!context.upload.whole) return recordCutOff({ ...start, session }, context)
  const unsupported = checkSupported(context) ?? checkTrackCount(context, session)
  const preconditions = mediaPreconditions(context, session)
  if (unsupported) return add({ ...start, session }, { findings: [unsupported], preconditions })
  if (context.stream.interface === 'hksv') {
    const findings = [...checkNames(context), ...checkContentType(context)]
    return checkHksvUpload(beginAfterRestart(add(start, { findings, preconditions }), context), context)
  }
  const evaluation = add(start, {
    findings: [
      ...checkContent(context),
      ...checkProducerTime(context),
      ...checkNames(context),
      ...checkContentType(context),
    ],
    preconditions,
  })
  const late = ofRecordingBefore(evaluation, context)
  if (late) return late
  const judged = dispatch(beginAfterRestart(evaluation, context), context)
  return add(judged, { findings: checkManifestRecommendations(context, judged.findings) })
}

function dispatch(evaluation: Evaluation, context: Context): Evaluation {
  const { extension, stream, inspection } = context
  if (stream.interface === 'cmaf-ingest') {
    const isManifest = inspection?.kind === 'mpd' || inspection?.kind === 'playlist'
    return isManifest ? checkIngestManifest(evaluation, context) : checkIngestObject(evaluation, context)
  }
  if (extension === 'mpd') return checkMatterMpd(evaluation, context)
  return extension === 'm3u8'
    ? checkMatterPlaylist(evaluation, context)
    : checkMatterObject(evaluation, context)
}

/**
 * Records the number of a segment that was cut off, so that the next segment is not reported as a gap; of a long request
 * that it has ended.
 */
function recordCutOff(evaluation: Evaluation, { name, upload }: Context): Evaluation {
  const { session } = evaluation
  if (session && upload.parts) {
    const ended = endRequest(session, name.track, upload)
    return ended ? add(evaluation, { session: ended }) : { ...evaluation, session: null }
  }
  if (!session || name.track === null || name.number === null || !name.isMatter) return evaluation
  const track = trackIn(session, name.track)
  if (name.number !== (track.lastNumber ?? firstSegmentNumber - 1) + 1) return evaluation
  return add(evaluation, { session: withTrack(session, { ...track, cutOffNumber: name.number }) })
}

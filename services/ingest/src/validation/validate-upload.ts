import type { Stream } from '../streams/stream.ts'
import { requestPathOf } from '../uploads/part-path.ts'
import type { Upload } from '../uploads/upload.ts'
import { judgeIngestManifest } from './cmaf-ingest/ingest-manifest.ts'
import { judgeIngestObject } from './cmaf-ingest/ingest-object.ts'
import { dedupeFindings, type Judgement } from './dedupe-findings.ts'
import { type Arrival, add, type Context, type Evaluation, trackIn } from './evaluation.ts'
import { closeIdle, defaultIdleMs } from './idle-sessions.ts'
import { judgeManifestRows } from './manifests/manifest-url-rules.ts'
import { judgeMpd } from './matter/matter-mpd.ts'
import { judgeMatterObject } from './matter/matter-object.ts'
import { judgePlaylist } from './matter/matter-playlist.ts'
import { judgeContent } from './media/media-content.ts'
import { mediaPreconditions } from './media/media-preconditions.ts'
import { type ObjectName, parseObjectName, sessionIn } from './object-name.ts'
import { judgeContentType, judgeRequest } from './request-findings.ts'
import { at, type State, withTrack } from './state.ts'
import { judgeNames, tooManyTracks, unfitFor } from './unsupported.ts'

export type { Judgement } from './dedupe-findings.ts'
export type { Arrival } from './evaluation.ts'

/** Everything there is to say about one upload. Pure: the same uploads in the same order get the same verdicts. */
export function validateUpload(
  stream: Stream,
  state: State,
  arrival: Arrival,
  idleMs = defaultIdleMs,
): Judgement {
  const context = contextOf(stream, arrival)
  const start: Evaluation = {
    ...nothingYet,
    state: closeIdle(state, context.receivedMs, idleMs).state,
    track: context.name.track,
    findings: judgeRequest(context),
  }
  return dedupeFindings(context, judgeKind(start, context))
}

const nothingYet: Omit<Evaluation, 'state'> = {
  session: null,
  track: null,
  findings: [],
  events: [],
  preconditions: ['upload'],
}

/** The session that an upload at a path is judged with, besides the one that is open. */
export const sessionsOf = (state: Pick<State, 'order'>, path: string): readonly string[] => {
  const own = sessionIn(path)
  return state.order.open === null || state.order.open === own ? [own] : [own, state.order.open]
}

const contextOf = (stream: Stream, { upload, inspection, previous, clashes }: Arrival): Context => ({
  upload,
  inspection,
  previous,
  clashes,
  stream,
  name: nameOf(stream, upload),
  extension: (/\.([^./]*)$/.exec(upload.path)?.[1] ?? '').toLowerCase(),
  receivedMs: Date.parse(upload.receivedAt) || 0,
})

/** A part is of the track that its request's URL names; what it is, its bytes tell, and its number is the server's. */
function nameOf(stream: Stream, { path, part }: Upload): ObjectName {
  if (!part) return parseObjectName(stream.interface, path)
  return {
    ...parseObjectName(stream.interface, requestPathOf(path)),
    kind: null,
    number: null,
    isTrackUrl: true,
  }
}

function judgeKind(start: Evaluation, context: Context): Evaluation {
  const session = at(start.state.sessions, context.name.session) ?? null
  if (!context.upload.whole) return cutOff({ ...start, session }, context)
  const unfit = unfitFor(context) ?? tooManyTracks(context, session)
  const preconditions = mediaPreconditions(context, session)
  if (unfit) return add({ ...start, session }, { findings: [unfit], preconditions })
  const step = add(start, {
    findings: [...judgeContent(context), ...judgeNames(context), ...judgeContentType(context)],
    preconditions,
  })
  return add(dispatch(step, context), { findings: judgeManifestRows(context) })
}

function dispatch(step: Evaluation, context: Context): Evaluation {
  const { extension, stream, inspection } = context
  if (stream.interface === 'cmaf-ingest') {
    const isManifest = inspection?.kind === 'mpd' || inspection?.kind === 'playlist'
    return isManifest ? judgeIngestManifest(step, context) : judgeIngestObject(step, context)
  }
  if (extension === 'mpd') return judgeMpd(step, context)
  return extension === 'm3u8' ? judgePlaylist(step, context) : judgeMatterObject(step, context)
}

/** Bytes that were cut off never become the object at their path; the segment behind them is no gap for it. */
function cutOff(step: Evaluation, { name }: Context): Evaluation {
  const { session } = step
  if (!session || name.track === null || name.number === null || !name.isMatter) return step
  const track = trackIn(session, name.track)
  if (name.number !== (track.lastNumber ?? 1_000) + 1) return step
  return add(step, { session: withTrack(session, { ...track, cutOffNumber: name.number }) })
}

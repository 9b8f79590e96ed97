import { requestPathOf } from '../part-path.ts'
import type { Stream } from '../stream.ts'
import type { Upload } from '../upload.ts'
import { concluded, type Judged } from './conclude.ts'
import { judgeContent } from './content.ts'
import { judgeMpd } from './dash-manifest.ts'
import { judgePlaylist } from './hls-manifest.ts'
import { closeIdle, defaultIdleMs } from './idle.ts'
import { judgeIngestManifest } from './ingest-manifest.ts'
import { judgeIngestObject } from './ingest-object.ts'
import { judgeMatterObject } from './matter-object.ts'
import { mediaSituations } from './media-situations.ts'
import { type Name, parseName, sessionIn } from './name.ts'
import { judgeContentType, judgeRequest } from './request.ts'
import { judgeManifestRows } from './sender-manifest.ts'
import { at, type State, withTrack } from './state.ts'
import { type Arrival, add, type Context, type Step, trackIn } from './step.ts'
import { judgeNames, tooManyTracks, unfitFor } from './unfit.ts'

export type { Judged } from './conclude.ts'
export type { Arrival } from './step.ts'

/** Everything there is to say about one upload. Pure: the same uploads in the same order get the same verdicts. */
export function judge(stream: Stream, state: State, arrival: Arrival, idleMs = defaultIdleMs): Judged {
  const context = contextOf(stream, arrival)
  const start: Step = {
    ...nothingYet,
    state: closeIdle(state, context.receivedMs, idleMs).state,
    track: context.name.track,
    findings: judgeRequest(context),
  }
  return concluded(context, judgeKind(start, context))
}

const nothingYet: Omit<Step, 'state'> = {
  session: null,
  track: null,
  findings: [],
  events: [],
  situations: ['upload'],
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
function nameOf(stream: Stream, { path, part }: Upload): Name {
  if (!part) return parseName(stream.interface, path)
  return { ...parseName(stream.interface, requestPathOf(path)), kind: null, number: null, isTrackUrl: true }
}

function judgeKind(start: Step, context: Context): Step {
  const session = at(start.state.sessions, context.name.session) ?? null
  if (!context.upload.whole) return cutOff({ ...start, session }, context)
  const unfit = unfitFor(context) ?? tooManyTracks(context, session)
  const situations = mediaSituations(context, session)
  if (unfit) return add({ ...start, session }, { findings: [unfit], situations })
  const step = add(start, {
    findings: [...judgeContent(context), ...judgeNames(context), ...judgeContentType(context)],
    situations,
  })
  return add(dispatch(step, context), { findings: judgeManifestRows(context) })
}

function dispatch(step: Step, context: Context): Step {
  const { extension, stream, inspection } = context
  if (stream.interface === 'cmaf-ingest') {
    const isManifest = inspection?.kind === 'mpd' || inspection?.kind === 'playlist'
    return isManifest ? judgeIngestManifest(step, context) : judgeIngestObject(step, context)
  }
  if (extension === 'mpd') return judgeMpd(step, context)
  return extension === 'm3u8' ? judgePlaylist(step, context) : judgeMatterObject(step, context)
}

/** Bytes that were cut off never become the object at their path; the segment behind them is no gap for it. */
function cutOff(step: Step, { name }: Context): Step {
  const { session } = step
  if (!session || name.track === null || name.number === null || !name.isMatter) return step
  const track = trackIn(session, name.track)
  if (name.number !== (track.lastNumber ?? 1_000) + 1) return step
  return add(step, { session: withTrack(session, { ...track, cutOffNumber: name.number }) })
}

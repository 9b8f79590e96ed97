import type { Context, Evaluation } from '../evaluation.ts'
import { at, type Session } from '../state.ts'
import { maxCommitMs, requestDigest } from './long-request.ts'

/**
 * The long requests that a restart breaks off, which a part of another one shows. Only those that have brought segments:
 * of others it is not known to which recording they belong. Undefined where the upload is no part.
 */
export function brokenOffBy({ upload }: Context, { id, tracks }: Session): Session['brokenOff'] {
  if (!upload.part) return undefined
  const own = requestDigest(upload.part.of)
  const requests = Object.values(tracks).flatMap(({ request, initUpload }) =>
    request && request.of !== own ? [{ of: request.of, init: initUpload }] : [],
  )
  return { session: id, sinceMs: Date.parse(upload.startedAt), requests }
}

/**
 * The evaluation of a part of a long request that a restart broke off, where it was still on its way then: it belongs to
 * the recording before, and is not compared with segments of the new one. Null for any other upload.
 */
export function ofRecordingBefore(
  evaluation: Evaluation,
  { upload, name, receivedMs }: Context,
): Evaluation | null {
  const brokenOff = at(evaluation.state.sessions, name.session)?.brokenOff
  if (!upload.part || !brokenOff || Date.parse(upload.startedAt) > brokenOff.sinceMs) return null
  // Another device may send another track on and on.
  if (receivedMs > brokenOff.sinceMs + maxCommitMs) return null
  const of = requestDigest(upload.part.of)
  const request = brokenOff.requests.find((one) => one.of === of)
  if (!request) return null
  const { session } = brokenOff
  return { ...evaluation, session: null, track: name.track, before: { session, init: request.init ?? null } }
}

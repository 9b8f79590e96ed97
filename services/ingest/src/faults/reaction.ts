import type { JudgedUpload } from '../indexing/judged-upload.ts'
import { directoryOf } from '../uploads/object-path.ts'
import type { Upload } from '../uploads/upload.ts'
import { sessionIn } from '../validation/object-name.ts'
import type { FaultHit } from './fault-rule.ts'

/** A hit of a fault, and what of later uploads has to do with it. Times are Unix milliseconds. */
export interface Observation {
  readonly upload: Upload
  readonly fault: FaultHit
  /** Null where no object has come of it yet; likewise `track`. */
  session: string | null
  track: string | null
  readonly startedMs: number
  readonly endedMs: number
  /** Further uploads to the same path. */
  retries: number
  readonly retriedAfterMs: number[]
  lastRetryMs: number | null
  hasSameBytes: boolean | null
  /** The receipt of the first whole retry, in Unix milliseconds; null before it. */
  deliveredMs: number | null
  /** The receipt of the first whole upload to the stream that began later, in Unix milliseconds; null before it. */
  resumedMs: number | null
  /** Whether such an upload was of the same track and session. */
  isTrackResumed: boolean
  nextSession: string | null
  /** The receipt of the first upload with another certificate than the one that expired, in Unix milliseconds. */
  renewedMs: number | null
  /** Whether a later upload came without a certificate. */
  isCertificateDropped: boolean
}

type ReactionKind = 'accepted' | 'retried' | 'skipped' | 'new-session' | 'gave-up' | 'pending'

/** What a camera did about one hit. Times are milliseconds from the beginning of the upload that was hit. */
export interface Reaction {
  readonly upload: Upload
  readonly fault: FaultHit
  readonly session: string | null
  readonly track: string | null
  readonly kind: ReactionKind
  readonly retries: number
  readonly retriedAfterMs: readonly number[]
  /** Null where there was no retry, or bytes are missing. */
  readonly hasSameBytes: boolean | null
  readonly deliveredAfterMs: number | null
  readonly resumedAfterMs: number | null
  readonly nextSession: string | null
  /** What became of a certificate that expired; null for other faults. */
  readonly certificate: 'renewed' | 'dropped' | 'kept' | null
  readonly renewedAfterMs: number | null
  /** Null while the object may still come. */
  readonly isLost: boolean | null
  readonly says: string
}

const maxListedRetries = 20
/** A camera that has sent nothing for so long has given up. */
const silenceMs = 60_000

/** Adds a later upload of the stream to what is known of a hit. */
export function observeUpload(hit: Observation, judged: JudgedUpload): void {
  const { upload, session, track } = judged
  const startedMs = Date.parse(upload.startedAt)
  const receivedMs = Date.parse(upload.receivedAt)
  if (upload.path === hit.upload.path && startedMs > hit.startedMs)
    observeRetry(hit, upload, startedMs, receivedMs)
  if (!upload.whole || startedMs < hit.endedMs) return
  findPlace(hit, judged)
  hit.resumedMs ??= receivedMs
  if (hit.fault.kind === 'certificate-expired') observeCertificate(hit, upload, receivedMs)
  if (track === hit.track && session === hit.session) hit.isTrackResumed = true
  if (session !== hit.session && session !== null) hit.nextSession ??= session
}

/** A refused upload opens no session and no track: it belongs to those that the next object of its folder opens. */
function findPlace(hit: Observation, { upload: { path }, session, track }: JudgedUpload): void {
  if (hit.session === null && sessionIn(path) === sessionIn(hit.upload.path)) hit.session = session
  if (hit.track === null && directoryOf(path) === directoryOf(hit.upload.path)) hit.track = track
}

function observeCertificate(hit: Observation, { sender: { device } }: Upload, receivedMs: number): void {
  if (device === null) hit.isCertificateDropped = true
  else if (device.fingerprint !== hit.upload.sender.device?.fingerprint) hit.renewedMs ??= receivedMs
}

/** Once the object is there, other bytes at its path are its next version, as of a playlist. */
function observeRetry(hit: Observation, upload: Upload, startedMs: number, receivedMs: number): void {
  const isThere = hit.deliveredMs !== null || (hit.upload.whole && startedMs >= hit.endedMs)
  if (isThere && upload.sha256 !== hit.upload.sha256) return
  hit.retries += 1
  if (hit.retriedAfterMs.length < maxListedRetries) hit.retriedAfterMs.push(startedMs - hit.startedMs)
  hit.lastRetryMs = startedMs
  const isComplete = upload.fault?.isComplete ?? upload.whole
  if (isComplete && hit.fault.isComplete) hit.hasSameBytes = upload.sha256 === hit.upload.sha256
  if (upload.whole) hit.deliveredMs ??= receivedMs
}

/** What is to be said of a hit at a time. */
export function reactionOf(hit: Observation, nowMs: number): Reaction {
  const kind = kindOf(hit, nowMs)
  const after = (ms: number | null) => ms && ms - hit.startedMs
  const reaction = {
    upload: hit.upload,
    fault: hit.fault,
    session: hit.session,
    track: hit.track,
    kind,
    retries: hit.retries,
    retriedAfterMs: [...hit.retriedAfterMs],
    hasSameBytes: hit.hasSameBytes,
    deliveredAfterMs: after(hit.deliveredMs),
    resumedAfterMs: after(hit.resumedMs),
    nextSession: hit.nextSession,
    certificate: hit.fault.kind === 'certificate-expired' ? certificateOf(hit) : null,
    renewedAfterMs: after(hit.renewedMs),
    isLost: kind === 'pending' ? null : kind !== 'accepted' && kind !== 'retried',
  }
  return { ...reaction, says: `${wordsFor(reaction)}${certificateWordsFor(reaction)}` }
}

function certificateOf({ renewedMs, isCertificateDropped }: Observation): 'renewed' | 'dropped' | 'kept' {
  if (renewedMs !== null) return 'renewed'
  return isCertificateDropped ? 'dropped' : 'kept'
}

function certificateWordsFor({ certificate, renewedAfterMs, kind }: Omit<Reaction, 'says'>): string {
  switch (certificate) {
    case 'renewed':
      return ` It came with another certificate ${secondsOf(renewedAfterMs ?? 0)} after the upload began.`
    case 'dropped':
      return ' It went on without a certificate.'
    case 'kept':
      return kind === 'pending'
        ? ' It has not shown another certificate yet.'
        : ' It did not renew its certificate.'
    case null:
      return ''
  }
}

function kindOf(hit: Observation, nowMs: number): ReactionKind {
  if (hit.upload.whole) return 'accepted'
  if (hit.deliveredMs !== null) return 'retried'
  if (hit.isTrackResumed) return 'skipped'
  if (hit.nextSession !== null) return 'new-session'
  if (nowMs - (hit.lastRetryMs ?? hit.endedMs) < silenceMs) return 'pending'
  return hit.resumedMs === null ? 'gave-up' : 'skipped'
}

function wordsFor(reaction: Omit<Reaction, 'says'>): string {
  const { kind, deliveredAfterMs, resumedAfterMs, nextSession, fault } = reaction
  const resumed = resumedAfterMs === null ? '' : ` ${secondsOf(resumedAfterMs)} after the upload began`
  switch (kind) {
    case 'accepted':
      return reaction.retries === 0
        ? 'The camera waited; the upload was accepted.'
        : `The upload was accepted, but the camera ${retriesOf(reaction)}.`
    case 'retried':
      return `The camera ${retriesOf(reaction)}; the object came ${secondsOf(deliveredAfterMs ?? 0)} after the upload began. Nothing was lost.`
    case 'skipped':
      return `The camera ${retriesOf(reaction)} and went on with a later object${resumed}. This object is lost.`
    case 'new-session':
      return `The camera ${retriesOf(reaction)} and began session ${nextSession}${resumed}. This object is lost.`
    case 'gave-up':
      return `The camera ${retriesOf(reaction)} and sent nothing any more. This object is lost${fault.isRefused ? '' : ', though it was not refused'}.`
    case 'pending':
      return `The camera ${retriesOf(reaction)}; the object may still come.`
  }
}

function retriesOf({ retries, retriedAfterMs, hasSameBytes }: Omit<Reaction, 'says'>): string {
  const [first] = retriedAfterMs
  if (retries === 0 || first === undefined) return 'did not retry'
  const times = retries === 1 ? 'once' : `${retries} times, first`
  const bytes = { true: ' with the same bytes', false: ' with other bytes', null: '' }[`${hasSameBytes}`]
  return `retried ${times} after ${secondsOf(first)}${bytes}`
}

const secondsOf = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`

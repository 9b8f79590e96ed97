import { countUpload } from './count-upload.ts'
import type { Context, Evaluation, SessionEvent } from './evaluation.ts'
import type { Finding, WithdrawnFinding } from './finding.ts'
import { settleComparisons } from './manifests/manifest-comparison.ts'
import type { Precondition } from './preconditions.ts'
import { rules } from './rules.ts'
import { sentAgainAfter } from './sessions/shared-uploads.ts'
import { at, type Session, type State, type Track, withTrack } from './state.ts'

/** The findings of one upload, and the state of the stream after it. */
export interface ValidationResult {
  readonly state: State
  readonly findings: readonly Finding[]
  /** Id of the session that the upload belongs to; null for none. */
  readonly session: string | null
  readonly track: string | null
  /** cmaf-ingest: id of the upload that holds the init segment of its track; null while none is known. */
  readonly init: string | null
  /** The list of its session that the upload is in; null for none. */
  readonly list: 'segments' | 'manifests' | null
  readonly events: readonly SessionEvent[]
  /** Findings of earlier uploads that this one makes untrue; the report withdraws them. */
  readonly withdrawn: readonly WithdrawnFinding[]
  /** The session that a new one of the same number takes the place of, as it ended; null for none. */
  readonly replaced: Session | null
  /** Preconditions that held for the first time in this session. */
  readonly preconditions: readonly Precondition[]
}

/**
 * The result of an evaluation: without findings that were reported before, and with these recorded in the
 * state.
 */
export function dedupeFindings(context: Context, judged: Evaluation): ValidationResult {
  const { evaluation, withdrawn } = settleComparisons(context, judged)
  const { session, track, before } = evaluation
  const ofTrack = session && track !== null ? at(session.tracks, track) : undefined
  const findings =
    evaluation.findings.length === 0
      ? evaluation.findings
      : evaluation.findings.filter((finding) => !isReported(finding, session, ofTrack))
  const preconditions = newPreconditions(session?.preconditions ?? [], evaluation.preconditions)
  const recorded = session
    ? recordReported(session, ofTrack, {
        findings,
        preconditions,
        context,
      })
    : null
  return {
    state: recorded
      ? { ...evaluation.state, sessions: { ...evaluation.state.sessions, [recorded.key]: recorded } }
      : evaluation.state,
    findings,
    session: session?.id ?? before?.session ?? null,
    track: session || before ? track : null,
    init: ofTrack?.initUpload ?? before?.init ?? null,
    list: session || before ? (isManifest(context) ? 'manifests' : 'segments') : null,
    events: evaluation.events,
    withdrawn: [...judged.withdrawn, ...withdrawn],
    replaced: evaluation.replaced,
    preconditions,
  }
}

function newPreconditions(
  known: readonly Precondition[],
  held: readonly Precondition[],
): readonly Precondition[] {
  const isNew = (precondition: Precondition) => !known.includes(precondition)
  return held.some(isNew) ? [...new Set(held.filter(isNew))] : []
}

const isManifest = ({ extension }: Context): boolean => extension === 'mpd' || extension === 'm3u8'

const onceOf = (code: Finding['code']): 'track' | 'session' | undefined => {
  const entry = rules[code]
  return 'once' in entry ? entry.once : undefined
}

function isReported({ code, severity }: Finding, session: Session | null, track: Track | undefined): boolean {
  const once = onceOf(code)
  if (once === undefined || !session) return false
  if (once === 'session' || !track) return session.reported.includes(code)
  return track.reported.includes(code) || (severity !== 'error' && isWidespread(code, session))
}

/** With this many tracks that have a finding, it is not reported, nor recorded, for one more. */
const widespreadTracks = 8

const isWidespread = (code: Finding['code'], { tracks }: Session): boolean =>
  Object.values(tracks).filter(({ reported }) => reported.includes(code)).length >= widespreadTracks

function recordReported(
  session: Session,
  track: Track | undefined,
  news: {
    readonly findings: readonly Finding[]
    readonly preconditions: readonly Precondition[]
    readonly context: Context
  },
): Session {
  const { findings, preconditions, context } = news
  const once = (which: 'track' | 'session') =>
    findings.map(({ code }) => code).filter((code) => onceOf(code) === which)
  const ofSession = (): readonly Finding['code'][] =>
    track ? once('session') : [...once('session'), ...once('track')]
  const next: Session = {
    ...session,
    lastObjectMs: Math.max(session.lastObjectMs, context.receivedMs),
    endedMs: session.phase === 'complete' ? (session.endedMs ?? context.receivedMs) : null,
    reported: findings.length === 0 ? session.reported : [...new Set([...session.reported, ...ofSession()])],
    preconditions:
      preconditions.length === 0 ? session.preconditions : [...session.preconditions, ...preconditions],
    counts: countUpload(session.counts, context.upload, findings),
    sentAgain: sentAgainAfter(session, context),
  }
  if (findings.length === 0) return next
  const ofTrack = track ? once('track') : []
  return track && ofTrack.length > 0
    ? withTrack(next, { ...track, reported: [...new Set([...track.reported, ...ofTrack])] })
    : next
}

import type {
  ReferenceReportResponse,
  ReferenceSessionResponse,
  ReferenceVerdictResponse,
} from '@pushav/shared/api/reference.ts'
import { type DifferenceCode, differenceRows } from '../../validation/reference/difference-rows.ts'
import { isTaken } from '../../validation/reference/explain-difference.ts'
import type { ReferenceDecision, ReferenceSession } from '../../validation/reference/reference-state.ts'
import type { ReferenceDifference, ReferenceVerdict, ReferenceView } from '../reference-view.ts'

const maxSessions = 100
const maxExamples = 5

/** The reference's side of a report; with a session's key, only what is different in that session. */
export function referenceReportResponse(
  view: ReferenceView,
  session: string | null,
): ReferenceReportResponse {
  const listings = view.listings()
  const valid = listings.filter(({ reasons }) => reasons === null).length
  const byCode = Map.groupBy(view.differences(session), ({ code }) => code)
  return {
    accepted: view.counts.taken,
    refused: view.counts.refused,
    valid_uploads: valid,
    error_uploads: listings.length - valid,
    sessions: view.sessions().slice(-maxSessions).map(referenceSessionResponse),
    differences: [...byCode].map(([code, uploads]) => ({
      ...rowOf(code),
      count: uploads.length,
      examples: uploads.slice(0, maxExamples).map(exampleOf),
    })),
    truncated: view.isTruncated,
  }
}

const rowOf = (code: DifferenceCode) => ({ code, ...differenceRows[code] })

const exampleOf = ({ upload, path, decision }: ReferenceDifference) => ({
  upload,
  path,
  reasons: decision.faults.map(({ message }) => message),
})

const referenceSessionResponse = (session: ReferenceSession): ReferenceSessionResponse => ({
  id: session.id,
  complete: session.isComplete,
  segments: session.segmentCount,
  manifests: session.manifestCount,
  tracks: referenceTracks(session),
  hls_expected_track_count: session.hlsTrackCount,
  hls_completed_tracks: session.hlsCompletedTracks,
})

export const referenceTracks = ({ tracks }: ReferenceSession): ReferenceSessionResponse['tracks'] =>
  Object.fromEntries(
    Object.entries(tracks).map(([name, { phase, segmentCount }]) => [
      name,
      { name, state: phase, segment_count: segmentCount },
    ]),
  )

/** The reference's side of one upload. */
export function referenceVerdictResponse({
  decision,
  strict,
  difference,
}: ReferenceVerdict): ReferenceVerdictResponse {
  return {
    accepted: isTaken(decision),
    outcome: decision.outcome,
    status: referenceStatusOf(decision, strict),
    session_id: decision.session,
    reasons: decision.faults.map(({ code, message }) => ({ code, message })),
    difference: difference && rowOf(difference),
  }
}

/** Null where the connection was lost before a response. */
export function referenceStatusOf({ outcome, faults }: ReferenceDecision, strict: boolean): number | null {
  if (outcome === 'lost') return null
  if (outcome === 'not-routed') return 405
  if (outcome === 'failed') return 500
  return strict && faults.length > 0 ? 400 : 202
}

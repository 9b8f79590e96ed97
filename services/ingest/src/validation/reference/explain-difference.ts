import type { IngestInterface } from '../../streams/stream.ts'
import { type Finding, isAccepted } from '../finding.ts'
import type { FindingCode } from '../rules.ts'
import type { DifferenceCode } from './difference-rows.ts'
import type { ReferenceDecision } from './reference-state.ts'

interface Decisions {
  readonly interface: IngestInterface
  readonly decision: ReferenceDecision
  readonly findings: readonly Finding[]
  /** Whether this server puts the upload into another recording of the same number. */
  readonly isLaterRecording: boolean
  /** Whether the reference lists an earlier upload to the path as wrong, and goes on doing so. */
  readonly isRefusedBefore: boolean
}

/** Whether the reference takes an upload: it is stored and has no error. */
export const isTaken = ({ outcome, faults }: ReferenceDecision): boolean =>
  outcome === 'judged' && faults.length === 0

/**
 * The row of docs/differences.md that says why this server decides otherwise about an upload; null where both take it,
 * and where both store and refuse it.
 */
export function explainDifference(decisions: Decisions): DifferenceCode | null {
  const { interface: ingest, decision, findings, isRefusedBefore } = decisions
  if (ingest === 'hksv') return 'hksv'
  if (decision.outcome === 'lost') return 'body-cut-off'
  if (decision.outcome === 'not-routed') return 'not-routed'
  if (decision.outcome === 'failed')
    return findings.some(({ code }) => code === 'path-clash') ? 'path-clash' : 'malformed-mpd'
  const isOursAccepted = isAccepted(findings)
  if (!isTaken(decision)) return isOursAccepted ? whyRefused(decisions) : null
  if (!isOursAccepted) return whyTaken(findings)
  return isRefusedBefore ? 'first-verdict' : null
}

function whyRefused({ interface: ingest, decision, findings, isLaterRecording }: Decisions): DifferenceCode {
  const codes = decision.faults.map(({ code }) => code)
  const has = (code: FindingCode) => codes.includes(code)
  const found = (code: FindingCode) => findings.some((finding) => finding.code === code)
  if (ingest === 'cmaf-ingest')
    return has('manifest-interface') || isOrder(codes) ? 'cmaf-manifest' : 'cmaf-names'
  if (found('upload-repeated')) return 'same-bytes'
  if (isLaterRecording && !found('session-number-reused')) return 'restart'
  // In its first session the reference takes no other number than 1.
  if (has('session-number')) return decision.session === 1 ? 'first-session' : 'session-count'
  if (has('mpd-static-early')) return 'static-again'
  if (has('mpd-dynamic-late')) return 'dynamic-again'
  if (codes.some((code) => code.startsWith('hls-final-'))) return 'second-initial'
  if (codes.every((code) => code === 'segment-number-gap')) return 'number-gap'
  if (has('segment-before-mpd') || has('segment-before-multivariant')) return 'after-static'
  return codes.every((code) => code === 'extinf-header-missing' || code === 'segment-number-gap')
    ? 'header-case'
    : 'state'
}

const isOrder = (codes: readonly FindingCode[]): boolean =>
  codes.some((code) => code === 'session-number' || code === 'segment-number-gap')

function whyTaken(findings: readonly Finding[]): DifferenceCode {
  const errors = findings.filter(({ severity }) => severity === 'error').map(({ code }) => code)
  if (errors.includes('hls-final-no-endlist')) return 'no-endlist'
  if (errors.includes('track-missing')) return 'track-missing'
  if (errors.includes('path-clash')) return 'path-clash'
  return errors.some((code) => orderCodes.has(code)) ? 'state' : 'media'
}

/** What the reference looks at, too. */
const orderCodes: ReadonlySet<FindingCode> = new Set([
  'extension',
  'manifest-interface',
  'mpd-path',
  'mpd-dynamic-late',
  'mpd-static-early',
  'hls-path',
  'hls-multivariant-late',
  'hls-multivariant-empty',
  'hls-playlist-no-session',
  'hls-playlist-before-multivariant',
  'hls-initial-content',
  'hls-final-not-vod',
  'hls-final-no-extinf',
  'hls-final-no-segments',
  'hls-final-early',
  'object-path',
  'track-unexpected',
  'init-name',
  'session-number',
  'segment-number-low',
  'segment-number-high',
  'segment-number-gap',
  'segment-before-mpd',
  'segment-before-multivariant',
  'segment-before-init',
  'segment-before-playlist',
  'segment-after-end',
  'init-before-playlist',
  'init-duplicate',
  'init-after-segments',
  'init-after-end',
  'path-reused',
])

import { countUpload } from '../validation/count-upload.ts'
import { type CodeWithSeverity, codesWithSeverityOf } from '../validation/report.ts'
import type { SessionCounts } from '../validation/state.ts'
import type { ValidationResult } from '../validation/validate-upload.ts'
import type { WaitingProbe } from './init-segments/waiting-probes.ts'
import type { JudgedUpload, StoredObject } from './judged-upload.ts'

/** A stream in numbers. Its size is bounded by the number of finding codes. */
export interface Totals extends SessionCounts {
  /** When the newest upload was received, ISO 8601; null before the first. */
  readonly lastUploadAt: string | null
  /** How many uploads have a finding of this code and severity. */
  readonly codes: Readonly<Partial<Record<CodeWithSeverity, number>>>
  /** Id of the session of the newest upload that belongs to one. */
  readonly lastSession: string | null
  /** The newest video segment that a player can decode. */
  readonly preview: string | null
  /** Probes to repeat once an init segment comes; absent without any. */
  readonly waitingProbes?: readonly WaitingProbe[]
}

export const noTotals: Totals = {
  uploads: 0,
  bytes: 0,
  errors: 0,
  warnings: 0,
  lastUploadAt: null,
  codes: {},
  lastSession: null,
  preview: null,
}

/** The totals with one more upload, and without the findings that it withdraws; `isVideo` says whether its track is. */
export function addToTotals(
  totals: Totals,
  { upload, findings, session, media, init }: JudgedUpload,
  { isVideo, withdrawn }: { readonly isVideo: boolean } & Pick<ValidationResult, 'withdrawn'>,
): Totals {
  const { waitingProbes } = totals
  return {
    ...countUpload(totals, upload, findings),
    ...(waitingProbes && { waitingProbes }),
    lastUploadAt: upload.receivedAt,
    codes: findings.length + withdrawn.length === 0 ? totals.codes : codesAfter(totals, findings, withdrawn),
    lastSession: session ?? totals.lastSession,
    preview: isVideo && init !== null && media?.isPlayable ? upload.id : totals.preview,
  }
}

function codesAfter(
  totals: Totals,
  findings: JudgedUpload['findings'],
  withdrawn: ValidationResult['withdrawn'],
): Totals['codes'] {
  const codes = { ...totals.codes }
  for (const name of codesWithSeverityOf(findings)) codes[name] = (codes[name] ?? 0) + 1
  for (const { code, severity } of withdrawn) {
    const name = `${code} ${severity}` as const
    codes[name] = Math.max(0, (codes[name] ?? 0) - 1)
  }
  return codes
}

/** The totals with other probes that wait. */
export function withWaiting(
  { waitingProbes: _, ...totals }: Totals,
  waitingProbes: readonly WaitingProbe[],
): Totals {
  return waitingProbes.length > 0 ? { ...totals, waitingProbes } : totals
}

/** The totals once an object was deleted: it is no preview any more. */
export const withoutObject = (totals: Totals, deleted: StoredObject | null): Totals =>
  deleted !== null && totals.preview === deleted.upload ? { ...totals, preview: null } : totals

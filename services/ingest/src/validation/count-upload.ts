import type { Upload } from '../uploads/upload.ts'
import { type Finding, worstOf } from './finding.ts'
import type { SessionCounts } from './state.ts'

/** The counts with one more upload. The whole of a long request adds no bytes: its parts have added them. */
export function countUpload(
  counts: SessionCounts,
  { bytes, parts }: Upload,
  findings: readonly Finding[],
): SessionCounts {
  const worst = worstOf(findings)
  return {
    uploads: counts.uploads + 1,
    bytes: counts.bytes + (parts ? 0 : bytes),
    errors: counts.errors + (worst === 'error' ? 1 : 0),
    warnings: counts.warnings + (worst === 'warning' ? 1 : 0),
  }
}

import type { JudgedUpload } from '../indexing/judged-upload.ts'

/** What this process counts as it happens. */
export interface IngestMetrics {
  judged(interfaceName: string, judged: JudgedUpload): void
  refused(code: string): void
  /** An upload or a stream was refused for want of room: by this quota, or by the disk's reserve. */
  unstored(limit: string): void
  /** Retention has removed uploads, for this reason. */
  removed(reason: string, amount: { readonly uploads: number; readonly bytes: number }): void
}

/** Counts nothing, at no cost. */
export const noIngestMetrics: IngestMetrics = {
  judged: () => undefined,
  refused: () => undefined,
  unstored: () => undefined,
  removed: () => undefined,
}

import type { IngestInterface } from '../../../services/ingest/src/streams/stream.ts'
import type { UploadRequest } from './objects.ts'

/** How to come by a finding: the last request of each scenario is the one that shows it. */
export interface Scenario {
  /** The last request, in words. */
  readonly what: string
  readonly interface: IngestInterface
  readonly sent: readonly UploadRequest[]
  /** Tracks that the stream's user has named. */
  readonly expected?: readonly string[]
}

const on =
  (ingest: IngestInterface) =>
  (what: string, ...sent: readonly UploadRequest[]): Scenario => ({ what, interface: ingest, sent })

export const dash = on('dash')
export const hls = on('hls')
export const ingest = on('cmaf-ingest')
export const hksv = on('hksv')
export const expecting = (
  what: string,
  tracks: readonly string[],
  ...sent: readonly UploadRequest[]
): Scenario => ({
  ...dash(what, ...sent),
  expected: tracks,
})

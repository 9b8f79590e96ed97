import type { IngestInterface } from '../../../services/ingest/src/streams/stream.ts'
import type { UploadRequest } from './objects.ts'

/** How to cause a finding. The last request of the scenario shows it. */
export interface Scenario {
  /** What the last request does, in words. */
  readonly what: string
  readonly interface: IngestInterface
  readonly sent: readonly UploadRequest[]
  /** Track names that the user expects of the stream. */
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

import type { Finding } from '../validation/finding.ts'
import type { Pages } from './pages.ts'
import type { SessionView } from './session-view.ts'
import type { Stream } from './stream.ts'

/**
 * A stream with the newest verdict of each of its paths. Lists can be iterated once and are read while they are
 * iterated: each path that exists all the time is listed exactly once, one that is added or deleted meanwhile may be
 * listed or not. Iterating throws `Unavailable` when the index becomes unreachable.
 */
export interface IndexedStream {
  readonly stream: Stream
  readonly sessions: Pages<IndexedSession>
  readonly uploads: ListedUploads
}

/** In arrival order. */
export interface ListedUploads {
  rejected(): Pages<RejectedUpload>
  accepted(): Pages<ListedUpload>
}

export interface ListedUpload {
  readonly path: string
  readonly session: string | null
}

/** With all findings, at least one of them an error. */
export interface RejectedUpload extends ListedUpload {
  readonly findings: readonly Finding[]
}

/** A stream in numbers that take no longer to read for a longer stream. */
export interface StreamSummary {
  readonly stream: Stream
  readonly uploads: number
  /** Uploads with an error. */
  readonly errors: number
  readonly objects: number
  readonly sessions: number
}

export interface IndexedSession extends SessionView {
  /** Paths, in the order of their first arrival. */
  readonly segments: Pages<string>
  readonly manifests: Pages<string>
}

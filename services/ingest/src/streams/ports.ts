import type { Finding } from '../validation/finding.ts'
import type { Pages } from './pages.ts'
import type { SessionView } from './session-view.ts'
import type { Stream } from './stream.ts'

/**
 * A stream with the newest verdict of each of its paths, to be gone through once. It is read as it is asked for, so
 * that what changes meanwhile may be in it or not: sessions and lists as they are when their turn comes, each path
 * that is there all the time exactly once. Throws where the index goes away in the middle.
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

/** A stream in numbers that are ready at hand, however long it has been fed. */
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

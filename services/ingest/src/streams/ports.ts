import type { JudgedUpload } from '../indexing/fold.ts'
import type { Finding } from '../validation/finding.ts'
import type { FindingCounts } from '../validation/report.ts'
import type { Pages } from './pages.ts'
import type { SessionView } from './session-view.ts'
import type { Stream } from './stream.ts'

/** What the index knows of streams. All methods throw `Unavailable` while Redis does not respond. */
export interface StreamQueries {
  /** Null when there is no such stream. */
  stream(id: string): Promise<IndexedStream | null>
  summary(id: string): Promise<StreamSummary | null>
  /** Keys of a stream's sessions, in their order; null when there is no such stream. */
  sessions(stream: string): Promise<readonly string[] | null>
  upload(stream: string, id: string): Promise<JudgedUpload | null>
  /** The newest whole upload of a path. */
  newest(stream: string, path: string): Promise<JudgedUpload | null>
  /** Id of the upload that holds the init segment of a judged segment's track now; null while there is none. */
  initOf(stream: string, judged: JudgedUpload): Promise<string | null>
  /** Uploads in the order of their verdicts; `next` is null at the end. */
  log(stream: string, from: number, limit: number): Promise<UploadLogPage>
  /** Counts of one session; with null those of uploads without a session, then those of all sessions. */
  tallies(stream: string, session: string | null): Promise<readonly FindingCounts[]>
}

export interface UploadLogPage {
  readonly uploads: readonly JudgedUpload[]
  /** The bytes that they take in the index. */
  readonly bytes: number
  readonly next: number | null
}

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

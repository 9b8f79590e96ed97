import type { JudgedUpload } from '../indexing/judged-upload.ts'
import type { Totals } from '../indexing/totals.ts'
import type { Finding } from '../validation/finding.ts'
import type { FindingCounts } from '../validation/report.ts'
import type { Severity } from '../validation/rules.ts'
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
  /** Uploads in the order of their verdicts, from a position on. */
  log(stream: string, from: number, limit: number): Promise<UploadLogPage>
  /** The number of uploads in the log. */
  logLength(stream: string): Promise<number>
  /** The position of the first upload received at a time, in Unix milliseconds, or after it; the total if none was. */
  positionAt(stream: string, receivedMs: number): Promise<number>
  /** The newest uploads of a path, also those that were cut off or deleted, newest first. */
  versions(stream: string, path: string): Promise<readonly JudgedUpload[]>
  /** Counts of one session; with null those of all sessions and of uploads without one, which may share a minute. */
  minutes(stream: string, session: string | null): Promise<readonly MinuteCounts[]>
  /** The sessions that there are among these, in the order of the ids. */
  sessionViews(stream: string, sessions: readonly string[]): Promise<readonly SessionView[]>
  /** What each device sent to the stream. */
  devices(stream: string): Promise<readonly DeviceCounts[]>
  /** Counts of some sessions, in their order; null stands for uploads without a session. */
  tallies(stream: string, sessions: readonly (string | null)[]): Promise<readonly FindingCounts[]>
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

/** Uploads in arrival order. */
export interface ListedUploads {
  rejected(): Pages<RejectedUpload>
  accepted(): Pages<ListedUpload>
}

export interface ListedUpload {
  readonly path: string
  readonly session: string | null
}

/** An upload with all findings, at least one of them an error. */
export interface RejectedUpload extends ListedUpload {
  readonly findings: readonly Finding[]
}

/** A stream in numbers that take no longer to read for a longer stream. */
export interface StreamSummary {
  readonly stream: Stream
  readonly totals: Totals
  readonly objects: number
  readonly sessions: number
  /** The session of the newest upload that belongs to one. */
  readonly newestSession: SessionView | null
}

/** What came of one track in one minute. */
export interface MinuteCounts {
  /** Minutes since 1970. */
  readonly minute: number
  /** Empty for uploads that belong to no track. */
  readonly track: string
  readonly uploads: number
  readonly bytes: number
  readonly worst: Severity | null
}

/** What one device sent to one stream. */
export interface DeviceCounts {
  readonly fingerprint: string
  readonly uploads: number
  /** What retention has not removed. */
  readonly stored: { readonly uploads: number; readonly bytes: number }
  /** Uploads with an error. */
  readonly errors: number
  /** ISO 8601. */
  readonly firstSeen: string
  readonly last: DeviceContact
  /** When each address was seen last, ISO 8601. */
  readonly addresses: Readonly<Record<string, string>>
}

/** The newest upload of a device. */
export interface DeviceContact {
  /** ISO 8601. */
  readonly at: string
  readonly subject: string
  readonly serial: string
  readonly notAfter: string
  /** `1.1` or `2`. */
  readonly http: string
  readonly tls: string
  readonly userAgent: string | null
}

export interface IndexedSession extends SessionView {
  /** Paths, in the order of their first arrival. */
  readonly segments: Pages<string>
  readonly manifests: Pages<string>
}

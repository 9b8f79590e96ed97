import type { ProbeJob } from '@pushav/shared/probe-job.ts'
import type { IndexedStream, StreamSummary } from '../streams/ports.ts'
import type { JournalEntry } from '../uploads/upload.ts'
import type { FindingCounts } from '../validation/report.ts'
import type { FoldInput, FoldResult, JudgedUpload } from './fold.ts'

/** Judgements and lists. Can be rebuilt from the journals at any time. */
export interface Index {
  position(stream: string): Promise<Position>
  /** What the lines can be judged with, as of a position. */
  load(stream: string, at: Position, entries: readonly JournalEntry[]): Promise<FoldInput>
  /** All or nothing: the position after it, or null when the index is no longer at `at`. */
  commit(stream: string, at: Position, cursors: Cursors, folded: FoldResult): Promise<Position | null>
  /** Probe jobs that came in with a commit and have not been forgotten. */
  jobs(stream: string): Promise<readonly ProbeJob[]>
  forgetJobs(stream: string, jobs: readonly ProbeJob[]): Promise<void>
  /** Forgets all streams where another version wrote the index, or nobody says which. */
  renew(): Promise<void>
  /** Forgets all streams. Whoever calls this or `renew` catches up with the journals afterwards, so that two may do it at once. */
  forgetAll(): Promise<void>
  /** Forgets a stream, probe outcomes included. */
  forget(stream: string): Promise<void>
  inits(stream: string, folder: string): Promise<FoldInput['inits']>
  /** What has been counted, of one session or of them all; of uploads that belong to none first, then. */
  tallies(stream: string, session: string | null): Promise<readonly FindingCounts[]>
  /** Uploads in the order of their verdicts; `next` is null at the end. */
  log(
    stream: string,
    from: number,
    limit: number,
  ): Promise<{ readonly uploads: readonly JudgedUpload[]; readonly next: number | null }>
  /** Null when there is no such stream. */
  stream(id: string): Promise<IndexedStream | null>
  /** Keys of a stream's sessions, in their order; null when there is no such stream. */
  sessions(stream: string): Promise<readonly string[] | null>
  summary(id: string): Promise<StreamSummary | null>
  upload(stream: string, id: string): Promise<JudgedUpload | null>
  /** The newest whole upload of a path. */
  newest(stream: string, path: string): Promise<JudgedUpload | null>
}

/** How far into each journal of a stream the index reaches, in bytes. */
export type Cursors = Readonly<Record<string, number>>

export interface Position {
  /** Another one after each commit, so that of two that start from the same position only one succeeds. */
  readonly version: string
  readonly cursors: Cursors
}

import type { ProbeJob } from '@pushav/shared/probe-job.ts'
import type { JournalEntry, UploadsRemoval } from '../uploads/upload.ts'
import type { FoldInput, FoldResult } from './fold.ts'
import type { RemovalInput, RemovalResult } from './removals/fold-removal.ts'

/** The index of a stream, and how far it has come. All methods throw `Unavailable` while Redis does not respond. */
export interface IndexPosition {
  position(stream: string): Promise<Position>
  /** What is needed to judge the lines, as of a position. */
  load(stream: string, at: Position, entries: readonly JournalEntry[]): Promise<FoldInput>
  /** All or nothing: the position after it, or null when the index is no longer at `at`. */
  commit(stream: string, at: Position, cursors: Cursors, folded: FoldResult): Promise<Position | null>
  /** What is needed to remove uploads. */
  loadRemoval(stream: string, removal: UploadsRemoval): Promise<RemovalInput>
  /** Like `commit`. */
  commitRemoval(
    stream: string,
    at: Position,
    cursors: Cursors,
    removal: RemovalResult,
  ): Promise<Position | null>
}

/** Probe jobs on their way to the queue. All methods throw `Unavailable` while Redis does not respond. */
export interface ProbeOutbox {
  /** Jobs that came in with a commit and have not been forgotten. */
  jobs(stream: string): Promise<readonly ProbeJob[]>
  forgetJobs(stream: string, jobs: readonly ProbeJob[]): Promise<void>
}

/**
 * Removal of the index, which can be rebuilt from the journals at any time. A caller of `renew` or `forgetAll` catches
 * up with the journals afterwards, so two processes may call them at once. All methods throw `Unavailable` while Redis
 * does not respond.
 */
export interface IndexAdmin {
  /** Forgets all streams unless this version of the index format wrote them. */
  renew(): Promise<void>
  /** Forgets all streams. */
  forgetAll(): Promise<void>
  /** Forgets a stream, probe outcomes included. */
  forget(stream: string): Promise<void>
}

/** How far into each journal of a stream the index reaches, in bytes. */
export type Cursors = Readonly<Record<string, number>>

/** How far the index of a stream has come. */
export interface Position {
  /** Another one after each commit, so that of two that start from the same position only one succeeds. */
  readonly version: string
  readonly cursors: Cursors
}

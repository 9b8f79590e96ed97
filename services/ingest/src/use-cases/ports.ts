import type { ServerEvent } from '@pushav/shared/events.ts'
import type { ProbeJob, ProbeOutcome } from '@pushav/shared/probe-job.ts'
import type { Folded, JudgedUpload, Known } from '../domain/fold.ts'
import type { Inspection } from '../domain/inspection.ts'
import type { SessionAnswer } from '../domain/judge/answer.ts'
import type { Finding } from '../domain/judge/finding.ts'
import type { Tally } from '../domain/judge/report.ts'
import type { Stream } from '../domain/stream.ts'
import type { JournalEntry, Upload } from '../domain/upload.ts'
import type { Pages } from './pages.ts'

/** Bodies on their way in. */
export interface Bodies {
  stage(facts: StagedFacts): Promise<StagedBody>
  /** `stage`, `write` and `keep` of a body that is here as a whole. */
  keepAtOnce: <Result>(
    facts: StagedFacts,
    bytes: Uint8Array,
    follow: () => Promise<Result>,
  ) => Promise<Result>
  /** Bodies that an earlier life of this process was receiving when it died. */
  leftBehind(): AsyncIterable<StagedBody>
  /** An upload's bytes; throws ENOENT when they are gone. */
  read(stream: string, upload: string): AsyncIterable<Buffer>
  /** The file that holds an upload's bytes. */
  fileOf(stream: string, upload: string): string
  removeStream(stream: string): Promise<void>
}

/** What is known of an upload before its first byte. */
export type StagedFacts = Pick<Upload, 'id' | 'path' | 'method' | 'startedAt' | 'sender' | 'part'> & {
  readonly stream: string
}

/** A body without its lasting name yet. Disposal discards it unless it was kept. */
export interface StagedBody extends AsyncDisposable {
  readonly facts: StagedFacts
  /** The bytes are only lent. */
  write(bytes: Uint8Array): Promise<void>
  /** Makes a crash from here on leave a cut-off upload rather than nothing. */
  persistFacts(): Promise<void>
  /** Puts other bytes in place of what is staged; where they fail to come, that stays. */
  replace(bytes: AsyncIterable<Buffer>): Promise<void>
  /**
   * Gives the body its lasting name, `fileOf` its stream and id. `follow` may be called before that is done, but what
   * it appends and points is not on the disk without the body.
   */
  keep<Result>(follow: () => Promise<Result>): Promise<Result>
  /** What has been staged so far: bytes `from` up to, not with, `to`; without an extent all. */
  read(extent?: { readonly from: number; readonly to: number }): AsyncIterable<Buffer>
}

/** The record of what happened, one append-only file per stream and ingest instance. */
export interface Journals {
  /** This instance's own journal; it alone is appended to. */
  readonly own: string
  /** Makes a stream with the next free id. */
  create(): Promise<string>
  /** Ids of all streams, ascending. */
  streams(): Promise<readonly string[]>
  has(stream: string): Promise<boolean>
  /** The stream is gone from here on; its lines are there until `removed`. Its id is never given again. */
  remove(stream: string): Promise<void>
  /** Streams whose removal was begun and not ended. */
  beingRemoved(): Promise<readonly string[]>
  removed(stream: string): Promise<void>
  /** Names of a stream's journals; none when there is no such stream. */
  of(stream: string): Promise<readonly string[]>
  /** Resolves once the line is written, in the order of the lines. An upload's goes behind its body. */
  append(stream: string, entry: JournalEntry): Promise<void>
  /** Whole lines from a byte offset on, some at a time. */
  read(stream: string, journal: string, from: number): Promise<JournalLines>
}

export interface JournalLines {
  readonly lines: readonly JournalLine[]
  /** Where the following lines begin. */
  readonly next: number
  /** Nothing follows for now. */
  readonly isEnd: boolean
}

export interface JournalLine {
  readonly entry: JournalEntry
  /** The byte offset after it. */
  readonly end: number
}

/** What people and players browse: each path points at its newest whole upload. Derived from the journals. */
export interface View {
  /** False when the path clashes with another: a file where a folder is. It goes behind the upload's journal line. */
  point(stream: string, path: string, upload: string): Promise<boolean>
  remove(stream: string, path: string): Promise<void>
  removeStream(stream: string): Promise<void>
  /** The upload that a path points at. */
  find(stream: string, path: string): Promise<string | null>
}

/** Judgements and lists. Can be rebuilt from the journals at any time. */
export interface Index {
  position(stream: string): Promise<Position>
  /** What the lines can be judged with, as of a position. */
  load(stream: string, at: Position, entries: readonly JournalEntry[]): Promise<Known>
  /** All or nothing: the position after it, or null when the index is no longer at `at`. */
  commit(stream: string, at: Position, cursors: Cursors, folded: Folded): Promise<Position | null>
  /** Probe jobs that came in with a commit and have not been forgotten. */
  jobs(stream: string): Promise<readonly ProbeJob[]>
  forgetJobs(stream: string, jobs: readonly ProbeJob[]): Promise<void>
  /** Forgets all streams where another version wrote the index, or nobody says which. */
  renew(): Promise<void>
  /** Forgets all streams. Whoever calls this or `renew` catches up with the journals afterwards, so that two may do it at once. */
  forgetAll(): Promise<void>
  /** Forgets a stream, probe outcomes included. */
  forget(stream: string): Promise<void>
  inits(stream: string, folder: string): Promise<Known['inits']>
  /** What has been counted, of one session or of them all; of uploads that belong to none first, then. */
  tallies(stream: string, session: string | null): Promise<readonly Tally[]>
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

export interface IndexedSession extends SessionAnswer {
  /** Paths, in the order of their first arrival. */
  readonly segments: Pages<string>
  readonly manifests: Pages<string>
}

/** The queue to the probe workers, and their answers. */
export interface Probes {
  enqueue(jobs: readonly ProbeJob[]): Promise<void>
  /** For somebody who waits: goes before the others, and does nothing when it was asked for already. */
  ask(job: ProbeJob): Promise<void>
  outcome(stream: string, upload: string): Promise<ProbeOutcome | null>
  /** How far each of some uploads is, null for one that nobody has probed yet. */
  states(stream: string, uploads: readonly string[]): Promise<readonly (ProbeOutcome['state'] | null)[]>
  forget(stream: string, upload: string): Promise<void>
  state(upload: string): Promise<'queued' | 'running'>
  /** Resolves when the probe that was asked for ends or the time is over. */
  ended(upload: string, withinMs: number): Promise<void>
}

/** What happens, for whoever watches; see FeedEvent. */
export interface Feed {
  /** Never waits and never fails; events may be lost while Redis is away. */
  publish(event: ServerEvent): void
  /**
   * Everything from now on, or what is still known from after an earlier event on. Ends with the signal, or when the
   * follower is too slow. Resolves once nothing is missed any more.
   */
  follow(after: string | null, signal: AbortSignal): Promise<AsyncIterable<Told>>
}

export interface Told {
  /** Later events have greater ones; `follow` takes up after it. */
  readonly id: string
  readonly event: ServerEvent
}

/** The certificates that devices showed, each kept once. */
export interface ClientCertificates {
  remember(fingerprint: string, der: string): Promise<void>
  /** The certificate in the API's words. */
  details(fingerprint: string): Promise<unknown>
}

/** What is told of an upload's bytes while they flow by. */
export type MediaInspection = Omit<Inspection, 'mpd' | 'playlist'>
export type NewInspector = (hooks?: { onPiece?: ((piece: Piece) => void) | undefined }) => Inspector

export interface Inspector {
  add(bytes: Buffer): void
  /** What was added is all there is; to be asked once. */
  result(): MediaInspection
}

/** A complete part of a body that could have been a request of its own: bytes `from` up to, not with, `to`. */
export interface Piece {
  /** `end`: an empty mfra. */
  readonly kind: 'init' | 'segment' | 'end'
  readonly from: number
  readonly to: number
}

export type InspectManifest = (
  text: string,
  path: string,
  kind: 'mpd' | 'playlist',
) => Pick<Inspection, 'kind' | 'mpd' | 'playlist' | 'faults'>

import type { ProbeJob, ProbeOutcome } from '@pushav/shared/probe-job.ts'
import type { Folded, JudgedUpload, Known } from '../domain/fold.ts'
import type { Inspection } from '../domain/inspection.ts'
import type { SessionAnswer } from '../domain/judge/answer.ts'
import type { Tally } from '../domain/judge/report.ts'
import type { Stream } from '../domain/stream.ts'
import type { JournalEntry, Upload } from '../domain/upload.ts'

/** Bodies on their way in. */
export interface Bodies {
  stage(facts: StagedFacts): Promise<StagedBody>
  /** Bodies that an earlier life of this process was receiving when it died. */
  leftBehind(): AsyncIterable<StagedBody>
  /** An upload's bytes; throws ENOENT when they are gone. */
  read(stream: string, upload: string): AsyncIterable<Buffer>
  /** The file that holds an upload's bytes. */
  fileOf(stream: string, upload: string): string
}

/** What is known of an upload before its first byte. */
export type StagedFacts = Pick<Upload, 'id' | 'path' | 'method' | 'startedAt' | 'sender'> & {
  readonly stream: string
}

/** A body without its lasting name yet. Disposal discards it unless it was kept. */
export interface StagedBody extends AsyncDisposable {
  readonly facts: StagedFacts
  write(bytes: Uint8Array): Promise<void>
  /** Makes a crash from here on leave a cut-off upload rather than nothing. */
  persistFacts(): Promise<void>
  /** Gives the body its lasting name, `fileOf` its stream and id. */
  keep(): Promise<void>
  /** What has been staged so far, from its first byte. */
  read(): AsyncIterable<Buffer>
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
  /** Names of a stream's journals. */
  of(stream: string): Promise<readonly string[]>
  /** Resolves once the line is written, in the order of the lines. */
  append(stream: string, entry: JournalEntry): Promise<void>
  /** Whole lines from a byte offset on, some at a time; `next` is where the following ones begin. */
  read(
    stream: string,
    journal: string,
    from: number,
  ): Promise<{ readonly entries: readonly JournalEntry[]; readonly next: number }>
}

/** What people and players browse: each path points at its newest whole upload. Derived from the journals. */
export interface View {
  /** False when the path clashes with another: a file where a folder is. */
  point(stream: string, path: string, upload: string): Promise<boolean>
  remove(stream: string, path: string): Promise<void>
  /** The upload that a path points at. */
  find(stream: string, path: string): Promise<string | null>
}

/** Judgements and lists. Can be rebuilt from the journals at any time. */
export interface Index {
  /** How far into a journal the index reaches. */
  cursor(stream: string, journal: string): Promise<number>
  load(stream: string, entries: readonly JournalEntry[]): Promise<Known>
  inits(stream: string, folder: string): Promise<Known['inits']>
  /** What has been counted, of one session or of them all. */
  tallies(stream: string, session: string | null): Promise<readonly Tally[]>
  /** Uploads in the order of their verdicts; `next` is null at the end. */
  log(
    stream: string,
    from: number,
    limit: number,
  ): Promise<{ readonly uploads: readonly JudgedUpload[]; readonly next: number | null }>
  /** All or nothing; false when the journal's cursor is no longer `from`. */
  commit(
    stream: string,
    step: { readonly journal: string; readonly from: number; readonly to: number },
    folded: Folded,
  ): Promise<boolean>
  stream(id: string): Promise<IndexedStream | null>
  upload(stream: string, id: string): Promise<JudgedUpload | null>
  /** The newest whole upload of a path. */
  newest(stream: string, path: string): Promise<JudgedUpload | null>
}

/** A stream with the newest verdict of each of its paths, in arrival order. */
export interface IndexedStream {
  readonly stream: Stream
  readonly uploads: readonly JudgedUpload[]
  readonly sessions: readonly IndexedSession[]
}

export interface IndexedSession extends SessionAnswer {
  /** Paths, in the order of their first arrival. */
  readonly segments: readonly string[]
  readonly manifests: readonly string[]
}

/** The queue to the probe workers, and their answers. */
export interface Probes {
  enqueue(jobs: readonly ProbeJob[]): Promise<void>
  /** For somebody who waits: goes before the others, and does nothing when it was asked for already. */
  ask(job: ProbeJob): Promise<void>
  outcome(stream: string, upload: string): Promise<ProbeOutcome | null>
  forget(stream: string, upload: string): Promise<void>
  state(upload: string): Promise<'queued' | 'running'>
  /** Resolves when the probe that was asked for ends or the time is over. */
  ended(upload: string, withinMs: number): Promise<void>
}

/** The certificates that devices showed, each kept once. */
export interface ClientCertificates {
  remember(fingerprint: string, der: string): Promise<void>
  /** The certificate in the API's words. */
  details(fingerprint: string): Promise<unknown>
}

export type { OneAtATime } from './certificate-ports.ts'

/** What is told of an upload's bytes while they flow by. */
export type MediaInspection = Omit<Inspection, 'mpd' | 'playlist'>
export type NewInspector = () => { add(bytes: Buffer): void; result(): MediaInspection }
export type InspectManifest = (
  text: string,
  path: string,
  kind: 'mpd' | 'playlist',
) => Pick<Inspection, 'kind' | 'mpd' | 'playlist' | 'faults'>

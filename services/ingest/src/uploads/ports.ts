import type { Inspection } from '../media/inspection.ts'
import type { JournalEntry, Upload } from './upload.ts'

/** Bodies on their way in. */
export interface Bodies {
  stage(facts: UploadFacts): Promise<StagedBody>
  /** `stage`, `write` and `keep` of a body that is here as a whole. */
  keepAtOnce: <Result>(
    facts: UploadFacts,
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
export type UploadFacts = Pick<Upload, 'id' | 'path' | 'method' | 'startedAt' | 'sender' | 'part'> & {
  readonly stream: string
}

/** A body without its lasting name yet. Disposal discards it unless it was kept. */
export interface StagedBody extends AsyncDisposable {
  readonly facts: UploadFacts
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
export interface ObjectLinks {
  /** False when the path clashes with another: a file where a folder is. It goes behind the upload's journal line. */
  link(stream: string, path: string, upload: string): Promise<boolean>
  remove(stream: string, path: string): Promise<void>
  removeStream(stream: string): Promise<void>
  /** The upload that a path points at. */
  find(stream: string, path: string): Promise<string | null>
}

/** The certificates that devices showed, each kept once. */
export interface ClientCertificates {
  remember(fingerprint: string, der: string): Promise<void>
  /** The certificate in the API's words. */
  details(fingerprint: string): Promise<unknown>
}

/** What is told of an upload's bytes while they flow by. */
export type MediaInspection = Omit<Inspection, 'mpd' | 'playlist'>

export type NewInspector = (hooks?: { onPart?: ((piece: Part) => void) | undefined }) => Inspector

export interface Inspector {
  add(bytes: Buffer): void
  /** What was added is all there is; to be asked once. */
  result(): MediaInspection
}

/** A complete part of a body that could have been a request of its own: bytes `from` up to, not with, `to`. */
export interface Part {
  /** `end`: an empty mfra. */
  readonly kind: 'init' | 'segment' | 'end'
  readonly from: number
  readonly to: number
}

export type InspectManifest = (
  bytes: Buffer,
  path: string,
  kind: 'mpd' | 'playlist',
) => Pick<Inspection, 'kind' | 'mpd' | 'playlist' | 'faults'>

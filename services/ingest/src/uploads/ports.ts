import type { CertificateDetails } from '../certificates/ports.ts'
import type { JournalEntry, Upload } from './upload.ts'

/** Bodies, journal lines and links of uploads, on one disk. All methods throw the system's errors. */
export interface UploadStore {
  /** Begins a body that arrives over time; nothing is on the disk before its first byte. */
  stage(facts: UploadFacts): StagedUpload
  /**
   * Makes an upload durable: its bytes, then its journal line, then, if `link` is true, the link at its path.
   * Resolves once all of them are written. A path that clashes with another one gets no link, which is no failure.
   * Throws the refusal `stream-unknown` when the stream was deleted meanwhile, and the system's error for anything
   * else; then the bytes are gone, but where only the link failed they stay with their line. `bytes` that are staged
   * come from this store.
   */
  commit(
    stream: string,
    upload: Upload,
    bytes: StagedUpload | Uint8Array,
    options: { readonly link: boolean },
  ): Promise<void>
  /**
   * Uploads with persisted facts that an instance was receiving when it died: an earlier process of the own name, or
   * another one that is gone.
   */
  leftBehind(instance: string): AsyncIterable<StagedUpload>
  /** An upload's bytes. Throws `UploadGone` when they are no longer there, and `RecordChanged` when they are others. */
  read(stream: string, upload: string): AsyncIterable<Buffer>
  /**
   * The path of the file that holds an upload's bytes; they may be gone. An adapter that keeps them elsewhere brings
   * them here first, and throws `Unavailable` where it cannot.
   */
  fileOf(stream: string, upload: string): Promise<string>
  /**
   * Where an upload's bytes are read from, of which a file may be gone. An adapter that keeps them elsewhere brings
   * those of a small upload here first. Throws `Unavailable` where it cannot.
   */
  locate(stream: string, upload: string): Promise<BodyLocation>
  /** Removes the bytes of some uploads; those that are gone already are passed over. */
  removeUploads(stream: string, uploads: readonly string[]): Promise<void>
  /** Removes the bytes of all of a stream's uploads. */
  removeStream(stream: string): Promise<void>
}

/** The path of a file, or what is read over the network. */
export type BodyLocation = { readonly kind: 'file'; readonly file: string } | RemoteBody

/** The bytes of an upload that are not on this machine. */
export interface RemoteBody {
  readonly kind: 'remote'
  /** The size of the upload. */
  readonly bytes: number
  /** When the upload was stored there. */
  readonly modifiedAt: Date
  /** The bytes of an extent. Iterating throws `Unavailable`, and `RecordChanged` where other bytes are stored there now. */
  read(extent: Extent): AsyncIterable<Buffer>
}

/** Bytes `from` up to, not with, `to`. */
export interface Extent {
  readonly from: number
  readonly to: number
}

/** The bytes of an upload are no longer there. */
export class UploadGone extends Error {
  override name = 'UploadGone' as const
}

/** What is stored is not what this server wrote: it was changed behind this server's back. */
export class RecordChanged extends Error {
  override name = 'RecordChanged' as const
}

/** What is known of an upload before its first byte. */
export type UploadFacts = Pick<Upload, 'id' | 'path' | 'method' | 'startedAt' | 'sender' | 'part'> & {
  readonly stream: string
}

/** A body on its way in. Disposal discards it unless it was committed. All members throw the system's errors. */
export interface StagedUpload extends AsyncDisposable {
  readonly facts: UploadFacts
  /** Takes the bytes: their memory may be freed from here on. */
  write(bytes: Uint8Array): Promise<void>
  /** Makes a crash from here on leave a cut-off upload rather than nothing. */
  persistFacts(): Promise<void>
  /** Puts other bytes in place of what is staged. An error of `bytes` is thrown, and what is staged stays. */
  replace(bytes: AsyncIterable<Buffer>): Promise<void>
  /** What has been staged so far: bytes `from` up to, not with, `to`; without an extent all. */
  read(extent?: Extent): AsyncIterable<Buffer>
}

/** The record of what happened, one append-only file per stream and ingest instance. */
export interface Journals extends StreamFolders, JournalReader {
  /** Resolves once the line is written, in the order of the calls. Throws the system's error. */
  append(stream: string, entry: JournalEntry): Promise<void>
}

/**
 * The streams there are: a stream is the folder of its journals. All methods throw the system's errors, and `Unavailable`
 * where an object store does not respond.
 */
interface StreamFolders {
  /** Makes a stream with the next free id, and returns that. */
  create(): Promise<string>
  /** Ids of all streams, ascending. */
  streams(): Promise<readonly string[]>
  has(stream: string): Promise<boolean>
  /** Begins the removal of a stream: it is gone from here on, its lines once `removed` is called. No other gets its id. */
  remove(stream: string): Promise<void>
  /** Streams whose removal was begun and not ended. */
  beingRemoved(): Promise<readonly string[]>
  /** Ends the removal of a stream, and removes its lines. */
  removed(stream: string): Promise<void>
}

/** Reads journals. All methods throw the system's errors, and `Unavailable` where an object store does not respond. */
export interface JournalReader {
  /** The name of this instance's own journal; it alone is appended to. */
  readonly own: string
  /**
   * Whether all lines of all instances are there to be read: a journal that the index has read and `of` has not is
   * lost.
   */
  readonly isComplete: boolean
  /** Names of a stream's journals; none when there is no such stream. */
  of(stream: string): Promise<readonly string[]>
  /**
   * Whole lines from a byte offset on, some at a time; none when there is no such journal. Throws `JournalCutShort`
   * where the journal ends before the offset.
   */
  read(stream: string, journal: string, from: number): Promise<JournalLines>
}

/** A loss of power has taken lines that the index, or the object store, has already. */
export class JournalCutShort extends Error {
  override name = 'JournalCutShort' as const
}

/** Consecutive lines of a journal. */
export interface JournalLines {
  readonly lines: readonly JournalLine[]
  /** Where the following lines begin. */
  readonly next: number
  /** Nothing follows for now. */
  readonly isEnd: boolean
}

/** A line of a journal, parsed. */
export interface JournalLine {
  readonly entry: JournalEntry
  /** The byte offset after it. */
  readonly end: number
}

/**
 * What people and players browse: each path points at its newest whole upload. Derived from the journals. All methods
 * throw the system's errors.
 */
export interface ObjectLinks {
  /** False when the path clashes with another: a file where a folder is. */
  link(stream: string, path: string, upload: string): Promise<boolean>
  /** Does nothing where there is no link. */
  remove(stream: string, path: string): Promise<void>
  removeStream(stream: string): Promise<void>
  /** The upload that a path points at; null for none. */
  find(stream: string, path: string): Promise<string | null>
}

/**
 * The certificates that devices presented, each stored once. All methods throw the system's errors, and `Unavailable` where
 * an object store does not respond.
 */
export interface ClientCertificates {
  /** Stores a certificate, base64 DER, under its fingerprint, unless it is there. */
  remember(fingerprint: string, der: string): Promise<void>
  /** Null where what is stored is no readable certificate. Throws `CertificateAbsent` where nothing is stored. */
  details(fingerprint: string): Promise<CertificateDetails | null>
}

/** No certificate of that fingerprint is stored. */
export class CertificateAbsent extends Error {
  override name = 'CertificateAbsent' as const
}

/** Opens an upload's bytes for reading anywhere. Throws the refusal `object-unknown` when there are none. */
export type OpenUpload = (stream: string, upload: string) => Promise<OpenedUpload>

/** The bytes of an upload, open for reading; disposal closes them. */
export interface OpenedUpload extends AsyncDisposable {
  /** The size of the upload. */
  readonly bytes: number
  /** Up to `length` bytes from `at` on, fewer at the end. Throws the system's error, and `Unavailable`. */
  read(at: number, length: number): Promise<Buffer>
}

/** Counts an upload against quotas and disk while it is received. */
export interface UploadAdmission {
  /** Counts bytes that came. Throws the refusals `quota-exceeded` and `disk-full` where they were not announced. */
  received(bytes: number): Promise<void>
  /**
   * Counts bytes that came out of a content coding, before they are written; `more` of them exceed the size of the coded
   * body. Throws the refusals `quota-exceeded` and `disk-full`.
   */
  decoded(bytes: number, more: number): Promise<void>
  /** Counts a part of a long request, which is an upload of its own now. */
  storedPart(bytes: number): void
  /** Ends the count. `unindexed` is the id of the upload where it is stored and not in the index yet, else null. */
  end(unindexed: string | null): void
}

/** Journals on this machine's disk, from which the store is filled. */
export interface LocalJournals extends Journals {
  /**
   * Whole lines from a byte offset on as they are in the file, some at a time; none at its end. Throws `JournalCutShort`
   * where it ends before the offset.
   */
  readBytes(stream: string, journal: string, from: number): Promise<Buffer>
  /** Makes a stream with an id that is given elsewhere, unless it is there; false where it was removed here. */
  adopt(stream: string): Promise<boolean>
}

/** A body on this machine's disk. */
export interface LocalBody {
  readonly upload: string
  readonly bytes: number
  /** The last read or write, in Unix milliseconds. */
  readonly usedMs: number
}

/** Bodies on this machine's disk: its own, and copies of those of other machines. */
export interface LocalUploads extends UploadStore {
  /** Whether a body is here; counts as a use of it. */
  use(stream: string, upload: string): Promise<boolean>
  /** The bodies of a stream that are here. */
  bodies(stream: string): Promise<readonly LocalBody[]>
  /**
   * Puts a copy of an upload's bytes in its place, all of them or none. Throws what `bytes` throw, and the system's
   * error.
   */
  place(stream: string, upload: string, bytes: AsyncIterable<Buffer>): Promise<void>
}

/** The name under which a working directory belongs to an object store. */
export interface StoreInstance {
  /** The name under which the instance writes journals to the store. */
  readonly journal: string
  /** Whether this is the folder's first start with the store. */
  readonly isNew: boolean
  /** Records that the directory belongs to the store; called once it has joined. Throws the system's error. */
  save(): Promise<void>
}

import type { Journals, UploadStore } from '../ports.ts'

/** Journals on this machine's disk, from which the store is filled. */
export interface LocalJournals extends Journals {
  /** Whole lines from a byte offset on as they are in the file, some at a time; none at its end. */
  readBytes(stream: string, journal: string, from: number): Promise<Buffer>
  /** Makes a stream with an id that is given elsewhere, unless it is there; false where it was removed here. */
  adopt(stream: string): Promise<boolean>
}

export interface LocalBody {
  readonly upload: string
  readonly bytes: number
  /** When it was read or written last, in Unix milliseconds. */
  readonly usedMs: number
}

/** A younger body may belong to an upload of which this process does not know yet that it is to be shipped. */
export const settledMs = 15_000

/** Bodies on this machine's disk: its own, and copies of those of other machines. */
export interface LocalUploads extends UploadStore {
  /** Whether a body is here; counts as a use of it. */
  use(stream: string, upload: string): Promise<boolean>
  /** Those of a stream that are here. */
  bodies(stream: string): Promise<readonly LocalBody[]>
  /** Puts a copy of an upload's bytes in its place, all of them or none. Throws what `bytes` throw, and the system's error. */
  place(stream: string, upload: string, bytes: AsyncIterable<Buffer>): Promise<void>
}

/** That a folder belongs to a store, and under which name. */
export interface StoreInstance {
  /** The name under which the instance writes journals to the store. */
  readonly journal: string
  /** Whether this is the first start with the store. */
  readonly isNew: boolean
  /** To be called once the store has let it in. Throws the system's error. */
  save(): Promise<void>
}

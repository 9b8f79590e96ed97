import type { Expectations } from '../expectations/expectations.ts'
import type { FaultHit } from '../faults/fault-rule.ts'
import type { Inspection } from '../media/inspection.ts'
import type { Stream } from '../streams/stream.ts'

/** One request that brought a body, or one part of a long one. Never changed once written. */
export interface Upload {
  /** UUIDv7, given when the request arrived; the journal's order, not the id, says what arrived first. */
  readonly id: string
  readonly path: string
  readonly method: string
  /** ISO 8601: request headers read, and last byte of the body. */
  readonly startedAt: string
  readonly receivedAt: string
  readonly bytes: number
  /** SHA-256 of the bytes, lower-case hex. */
  readonly sha256: string
  /** False when the connection was lost before the announced end, and where a fault refused the upload. */
  readonly whole: boolean
  readonly kind: Inspection['kind']
  readonly sender: Sender
  /** Set for a part of one long request: the upload that the request itself became, and the part's offset in it. */
  readonly part?: { readonly of: string; readonly from: number }
  /** The number of uploads that the parts of a long request became; absent where it was not split. */
  readonly parts?: number
  /**
   * Paths of the stream whose uploads were on their way when it had come; of a segment, those that it may have
   * overtaken. Absent without any.
   */
  readonly beside?: readonly string[]
  /** Bytes of the body on the wire, where it came in a content coding that was undone; else absent. */
  readonly codedBytes?: number
  /** Why its content coding could not be undone; such a body is stored as it came and is not whole. */
  readonly undecodable?: string
  /** What the server did to it on purpose; absent for nothing. */
  readonly fault?: FaultHit
}

/** Who sent an upload, and how. */
export interface Sender {
  readonly address: string
  readonly port: number
  readonly tlsVersion: string
  readonly cipher: string
  readonly alpn: string | null
  /** The test of TLS clients that it came through; absent for an ordinary connection. */
  readonly tlsTest?: string
  /** `1.1` or `2`, between the device and this server. */
  readonly httpVersion: string
  /** Name, value, name, value… as sent, without hop-by-hop headers and credentials: `recordedHeaders`. */
  readonly headers: readonly string[]
  /** Set where headers did not fit into the record: how many, and the bytes of their names and values. */
  readonly omittedHeaders?: { readonly count: number; readonly bytes: number }
  /** The client certificate; its PEM is stored under its fingerprint. Null: none was presented. */
  readonly device: {
    readonly fingerprint: string
    readonly serial: string
    readonly subject: string
    readonly notAfter: string
  } | null
}

/** One line of a stream's journal. Replaying all lines in order gives everything that the API shows. */
export type JournalEntry =
  | { readonly kind: 'upload'; readonly id: string; readonly upload: Upload }
  | ({ readonly kind: 'stream-created' } & EntryFacts & Pick<Stream, 'interface' | 'strict' | 'creator'>)
  | ({ readonly kind: 'tracks-expected'; readonly names: readonly string[] } & EntryFacts)
  | ({ readonly kind: 'expectations-set'; readonly expectations: Expectations } & EntryFacts)
  | ({ readonly kind: 'object-deleted'; readonly path: string } & EntryFacts)
  | UploadsRemoval

/** Uploads of one session, or of none, whose bytes retention has removed; the session goes with its last upload. */
export type UploadsRemoval = {
  readonly kind: 'uploads-removed'
  /** Id of the session; null for uploads that belong to none. */
  readonly session: string | null
  readonly uploads: readonly string[]
  readonly reason: 'age' | 'bytes' | 'free'
} & EntryFacts

/** Every line has an id of its own and says when it was written, ISO 8601. */
interface EntryFacts {
  readonly id: string
  readonly at: string
}

/** When a line was written, ISO 8601. */
export const timeOf = (entry: JournalEntry): string =>
  entry.kind === 'upload' ? entry.upload.receivedAt : entry.at

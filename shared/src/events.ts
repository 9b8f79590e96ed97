/** An event for subscribers of `GET /events`. It is published once; the journals, not the events, are the record. */
export type ServerEvent = StreamEvent | HandshakeRefusal

export type StreamEvent =
  | ({ readonly kind: 'stream-created'; readonly interface: string } & StreamFields)
  | ({ readonly kind: 'stream-deleted' | 'expectations-set' } & StreamFields)
  /** The verdict on what a user expects of the stream has become `pass` or `fail`. */
  | ({
      readonly kind: 'expectations-met' | 'expectations-failed'
      /** What is wrong, the first of it; empty for `expectations-met`. */
      readonly reasons: readonly { readonly about: string; readonly message: string }[]
    } & StreamFields)
  | ({ readonly kind: 'object-deleted'; readonly path: string } & StreamFields)
  /** Retention has removed uploads of a session, or uploads that belong to none. */
  | ({
      readonly kind: 'uploads-removed'
      readonly session: string | null
      readonly uploads: number
      /** The rule: too old, too many bytes stored, too little of the disk free. */
      readonly reason: 'age' | 'bytes' | 'free'
    } & StreamFields)
  | ({ readonly kind: 'upload-started' } & RequestFields & UploadFields)
  /** Published every second while an upload lasts. */
  | ({
      readonly kind: 'upload-progress'
      /** ISO 8601. */
      readonly started_at: string
      readonly bytes: number
    } & RequestFields &
      UploadFields)
  | ({ readonly kind: 'upload-received'; readonly bytes: number } & UploadFields)
  | ({ readonly kind: 'upload-aborted'; readonly bytes: number } & UploadFields)
  | ({
      readonly kind: 'upload-judged'
      readonly session: string | null
      readonly track: string | null
      readonly findings: readonly { readonly code: string; readonly severity: string }[]
    } & UploadFields)
  | ({ readonly kind: 'upload-probed'; readonly state: 'done' | 'failed' | 'not-media' } & UploadFields)
  | ({ readonly kind: 'session-opened' | 'session-reopened'; readonly session: string } & StreamFields)
  | ({ readonly kind: 'session-completed' | 'session-abandoned'; readonly session: string } & StreamFields)
  | ({ readonly kind: 'track-completed'; readonly session: string; readonly track: string } & StreamFields)

interface StreamFields {
  readonly stream: string
  /** ISO 8601. */
  readonly at: string
}

interface UploadFields extends StreamFields {
  readonly upload: string
  readonly path: string
}

interface RequestFields {
  readonly method: string
  readonly address: string
  /** Fingerprint of the client certificate. */
  readonly device: string | null
  /** Null when the end of the body is announced later. */
  readonly declared_bytes: number | null
}

interface HandshakeRefusal {
  readonly kind: 'handshake-refused'
  readonly at: string
  readonly address: string
  readonly code: string
  readonly reason: string
}

/**
 * The Redis stream of events. The first field of an entry holds several of them as a JSON array, the second, which is
 * optional, says which process wrote it.
 */
export const eventStream = {
  key: '{pushav}:events',
  field: 'events',
  originField: 'origin',
  maxEntries: 10_000,
} as const

/** An event for subscribers of `GET /events`. It is published once; the journals, not the events, are the record. */
export type ServerEvent = StreamEvent | HandshakeRefusal

export type StreamEvent =
  | ({ readonly kind: 'stream-created'; readonly interface: string } & StreamFields)
  | ({ readonly kind: 'stream-deleted' | 'expectations-set' } & StreamFields)
  /** The verdict on the expectations of the stream has become `pass` or `fail`. */
  | ({
      readonly kind: 'expectations-met' | 'expectations-failed'
      /** The first reasons for the verdict; empty for `expectations-met`. */
      readonly reasons: readonly { readonly about: string; readonly message: string }[]
    } & StreamFields)
  | ({ readonly kind: 'object-deleted'; readonly path: string } & StreamFields)
  /** Retention has removed uploads of a session, or with `session` null uploads without a session. */
  | ({
      readonly kind: 'uploads-removed'
      readonly session: string | null
      readonly uploads: number
      /** The rule: too old, too many bytes stored, too little of the disk free. */
      readonly reason: 'age' | 'bytes' | 'free'
    } & StreamFields)
  | ({ readonly kind: 'upload-started' } & RequestFields & UploadFields)
  /** Published every second while an upload is in flight. */
  | ({
      readonly kind: 'upload-progress'
      /** When the upload started, ISO 8601. */
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
  /** When it happened, ISO 8601. */
  readonly at: string
}

interface UploadFields extends StreamFields {
  readonly upload: string
  readonly path: string
}

interface RequestFields {
  readonly method: string
  readonly address: string
  /** Fingerprint of the client certificate; null without one. */
  readonly device: string | null
  /** Content-Length; null when the request has none. */
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
 * The Redis stream of events. Field `events` of an entry holds several events as a JSON array; the optional field
 * `origin` names the process that wrote the entry.
 */
export const eventStream = {
  key: '{pushav}:events',
  field: 'events',
  originField: 'origin',
  maxEntries: 10_000,
} as const

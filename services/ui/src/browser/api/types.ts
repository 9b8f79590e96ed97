export type Severity = 'error' | 'warning' | 'note'

/** A stream with counts instead of lists: `GET /streams?summary=true`. */
export interface StreamSummary {
  readonly id: number
  readonly interface: string
  readonly strict_mode: boolean
  readonly uploads: number
  readonly error_uploads: number
  readonly sessions: number
  readonly created_at?: string
  readonly bytes?: number
  readonly warnings?: number
  readonly last_upload_at?: string | null
  readonly live?: boolean
  readonly in_flight?: number
  readonly tracks?: readonly TrackSummary[]
  /** Upload of which a picture can be shown. */
  readonly preview?: string | null
  readonly top?: readonly { readonly code: string; readonly severity: Severity; readonly count: number }[]
}

export interface TrackSummary {
  readonly session?: string | null
  readonly name: string
  readonly kind?: string | null
  readonly codec?: string | null
  readonly width?: number | null
  readonly height?: number | null
  readonly bitrate?: number | null
}

/** One upload of the wire log. */
export interface Row {
  readonly position: number
  readonly upload: string
  readonly path: string
  readonly kind: string
  /** Milliseconds since 1970: the request's head was read. */
  readonly startedAt: number
  /** Milliseconds from head to last byte. */
  readonly ms: number
  readonly bytes: number
  readonly session: string | null
  readonly track: string | null
  readonly worst: Severity | null
  readonly codes: readonly string[]
  readonly decodeTime: number | null
  readonly duration: number | null
  readonly timescale: number | null
  readonly method: string
  readonly http: string
  readonly tls: string
  readonly status: number | null
  readonly device: string | null
  readonly address: string
  readonly probe: string | null
  readonly whole: boolean
  readonly partOf: string | null
}

export interface InFlight {
  readonly upload: string
  readonly path: string
  readonly method: string
  readonly address: string
  readonly device: string | null
  readonly started_at: string
  readonly bytes: number
  readonly declared_bytes: number | null
}

export interface SessionState {
  readonly key: string
  readonly phase: string
  readonly first_at: string
  readonly last_at: string
  readonly uploads: number
  readonly errors: number
  readonly warnings: number
  readonly tracks: readonly TrackSummary[]
  /** Whether this server can make a manifest of it. */
  readonly playable: boolean
}

/** A message of `GET /streams/{id}/events?as=state`. */
export interface StreamState {
  readonly at: string
  readonly stream: number
  readonly total: number
  readonly errors: number
  readonly warnings: number
  readonly bytes: number
  readonly live: boolean
  readonly last_upload_at: string | null
  readonly created_at: string | null
  readonly deleted: boolean
  readonly index: 'ok' | 'away'
  readonly in_flight: readonly InFlight[]
  /** Those that changed since the message before; at first the newest 200. */
  readonly sessions: readonly SessionState[]
  /** Uploads probed since the message before. */
  readonly probed: readonly string[]
}

export interface Finding {
  readonly code: string
  readonly severity: Severity
  readonly rule: string
  readonly message: string
  readonly title?: string
  readonly clause?: string
  readonly hint?: string | null
}

/** `GET /uploads/{id}/{upload}/facts` */
export interface UploadFacts {
  readonly id: string
  readonly path: string
  readonly method: string
  readonly started_at: string
  readonly received_at: string
  readonly bytes: number
  readonly declared_bytes?: number | null
  readonly sha256: string
  readonly whole: boolean
  readonly kind: string
  readonly status?: number | null
  readonly session: string | null
  readonly track: string | null
  readonly sender: {
    readonly address: string
    readonly port: number
    readonly tls_version: string
    readonly cipher: string
    readonly alpn: string | null
    readonly http_version: string
    readonly headers: readonly (readonly [string, string])[]
    readonly omitted_headers?: { readonly count: number; readonly bytes: number }
    readonly device: {
      readonly fingerprint: string
      readonly serial: string
      readonly subject: string
      readonly not_after: string
    } | null
  }
  readonly findings: readonly Finding[]
  readonly probe: string | null
  readonly media?: {
    readonly decode_time: number | null
    readonly duration: number | null
    readonly timescale: number | null
    readonly samples?: number | null
    readonly sequence?: number | null
    readonly starts_with_sync?: boolean | null
  } | null
  readonly position?: number
  readonly versions?: readonly {
    readonly upload: string
    readonly received_at: string
    readonly worst: Severity | null
  }[]
  readonly init?: string | null
  readonly previous?: string | null
  readonly next?: string | null
  readonly previous_in_track?: string | null
  readonly next_in_track?: string | null
}

export interface ReportRow {
  readonly code: string
  readonly severity: Severity
  readonly rule: string
  readonly title: string
  readonly clause: string
  readonly result: 'met' | 'violated' | 'not-exercised'
  readonly count: number
  /** Ids of the first uploads that violate it. */
  readonly uploads: readonly string[]
}

export interface Report {
  readonly stream_id: number
  readonly session: string | null
  readonly rules: readonly ReportRow[]
}

/** `GET /about` */
export interface About {
  readonly version: string
  readonly started_at: string
  readonly names: readonly string[]
  /** Null where the server does not know it. */
  readonly port: number | null
  readonly ui_port: number | null
  readonly root: { readonly fingerprint_sha256: string; readonly path: string }
  readonly working_directory: string
}

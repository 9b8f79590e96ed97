/** A session or a stream as the server recorded it, with access to the bodies. */
export interface SessionRecord extends AsyncDisposable {
  /** The interface of the stream; null when the recording does not say. */
  readonly interface: string | null
  /** Uploads in the order in which their requests began. */
  readonly uploads: readonly RecordedUpload[]
  /** The bytes of an upload. Throws a `CameraError` when they differ from the recorded size or digest. */
  body(upload: RecordedUpload): AsyncIterable<Buffer>
}

/** One request of the device. */
export interface RecordedUpload {
  readonly id: string
  /** Path below the publishing point, decoded. */
  readonly path: string
  readonly method: string
  /** When the server had read the request head, in Unix milliseconds. */
  readonly startedMs: number
  /** When the last byte of the body had arrived, in Unix milliseconds. */
  readonly receivedMs: number
  readonly bytes: number
  /** Lower-case hex. */
  readonly sha256: string
  /** The body was cut off with its connection. */
  readonly isCutOff: boolean
  readonly kind: string
  /** Status of the response; null when the recording does not say. */
  readonly status: number | null
  /** A name for the connection, unique within the recording. */
  readonly connection: string
  readonly httpVersion: '1.1' | '2'
  /** Request headers as recorded: without credentials and hop-by-hop headers. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly hasCertificate: boolean
  /** The server stored the body after decoding its content coding: the bytes on the wire are not known. */
  readonly isDecoded: boolean
  /** When how many bytes of a long request had arrived; empty for other requests. */
  readonly progress: readonly Progress[]
}

interface Progress {
  readonly bytes: number
  readonly atMs: number
}

/** A recorded request, or a part into which the server split a long request. */
export interface RecordedLine extends Omit<RecordedUpload, 'progress'> {
  readonly part: { readonly of: string; readonly from: number } | null
}

/** The requests that the device sent, with the times of the parts of long requests. */
export function uploadsOf(lines: readonly RecordedLine[]): readonly RecordedUpload[] {
  const parts = Map.groupBy(
    lines.filter(({ part }) => part !== null),
    ({ part }) => part?.of ?? '',
  )
  return lines
    .filter(({ part }) => part === null)
    .map(({ part: _none, ...upload }) => ({ ...upload, progress: progressOf(parts.get(upload.id) ?? []) }))
    .sort((one, other) => one.startedMs - other.startedMs)
}

const progressOf = (parts: readonly RecordedLine[]): readonly Progress[] =>
  parts
    .map(({ part, bytes, receivedMs }) => ({ bytes: (part?.from ?? 0) + bytes, atMs: receivedMs }))
    .sort((one, other) => one.bytes - other.bytes)

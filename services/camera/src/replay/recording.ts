/** A session or a stream as it was received, with its bytes at hand. */
export interface SessionRecord extends AsyncDisposable {
  /** How the stream was fed; null where the record does not say. */
  readonly interface: string | null
  /** In the order in which their requests began. */
  readonly uploads: readonly RecordedUpload[]
  /** The bytes of an upload. Throws a `CameraError` when they are not those that were recorded. */
  body(upload: RecordedUpload): AsyncIterable<Buffer>
}

/** One request of the device. */
export interface RecordedUpload {
  readonly id: string
  /** Below the publishing point, decoded. */
  readonly path: string
  readonly method: string
  /** Unix time in milliseconds: request headers read, last byte of the body. */
  readonly startedMs: number
  readonly receivedMs: number
  readonly bytes: number
  readonly sha256: string
  /** The body was cut off with its connection. */
  readonly isCutOff: boolean
  readonly kind: string
  /** Of the response; null where the record does not say. */
  readonly status: number | null
  /** Names its connection within the recording. */
  readonly connection: string
  readonly httpVersion: '1.1' | '2'
  /** As recorded: without credentials and headers of one connection. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly hasCertificate: boolean
  /** Stored as the coding decoded it: what was on the wire is not known. */
  readonly isDecoded: boolean
  /** Of a long request, when so many of its bytes had come. */
  readonly progress: readonly Progress[]
}

interface Progress {
  readonly bytes: number
  readonly atMs: number
}

/** A recorded request, or a part of a long one, which the device did not send on its own. */
export interface RecordedLine extends Omit<RecordedUpload, 'progress'> {
  readonly part: { readonly of: string; readonly from: number } | null
}

/** The requests of a device, those of long ones with the times of their parts. */
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

import type { Reply } from '../sending/transport.ts'
import type { RecordedUpload } from './recording.ts'

/** One request of a replay. */
export interface ReplayRequest {
  readonly method: string
  readonly path: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** What `Content-Length` says; null for a body whose length is not announced. */
  readonly announcedBytes: number | null
  /** The connection is lost behind the body. */
  readonly isCutOff: boolean
  readonly body: AsyncIterable<Buffer>
}

/** One connection of a client. */
export interface ReplayConnection {
  /**
   * Null for a body that is cut off. Throws a LostConnection, a CameraError where no connection comes about, and what
   * reading the body throws.
   */
  send(sent: ReplayRequest): Promise<Reply | null>
  close(): void
}

/** Headers that the replay makes itself, or that would make it wait. */
const ownHeaders = ['host', 'content-length', 'expect', 'connection', 'transfer-encoding', 'keep-alive', 'te']
/** What ingest records in the place of a credential. */
const removedValue = '(removed)'

/** A recorded request, to be sent below a path without a slash at its end. */
export function requestOf(upload: RecordedUpload, point: string, body: AsyncIterable<Buffer>): ReplayRequest {
  const announced = Number(headerIn(upload, 'content-length') ?? Number.NaN)
  const isAnnounced = Number.isSafeInteger(announced)
  return {
    method: upload.method,
    path: `${point}/${upload.path.split('/').map(encodeURIComponent).join('/')}`,
    headers: upload.headers.filter(
      ([name, value]) =>
        value !== removedValue &&
        !ownHeaders.includes(name.toLowerCase()) &&
        !(upload.isDecoded && name.toLowerCase() === 'content-encoding'),
    ),
    announcedBytes: isAnnounced
      ? upload.isCutOff
        ? Math.max(announced, upload.bytes + 1)
        : upload.bytes
      : null,
    isCutOff: upload.isCutOff,
    body,
  }
}

const headerIn = ({ headers }: RecordedUpload, wanted: string): string | undefined =>
  headers.find(([name]) => name.toLowerCase() === wanted)?.[1]

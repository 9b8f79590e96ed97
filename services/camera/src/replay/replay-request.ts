import type { Reply } from '../sending/transport.ts'
import type { RecordedUpload } from './recording.ts'

/** One request of a replay. */
export interface ReplayRequest {
  readonly method: string
  readonly path: string
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** What `Content-Length` says; null for a body whose length is not announced. */
  readonly announcedBytes: number | null
  /** The client loses the connection after the body. */
  readonly isCutOff: boolean
  readonly body: AsyncIterable<Buffer>
}

/** One connection of a client. */
export interface ReplayConnection {
  /**
   * Sends a request. Resolves with null for a body that is cut off. Throws a LostConnection, a CameraError when no
   * connection can be opened, and what reading the body throws.
   */
  send(sent: ReplayRequest): Promise<Reply | null>
  close(): void
}

/** Headers that the replay writes itself, and `expect`, which would make it wait. */
const ownHeaders = ['host', 'content-length', 'expect', 'connection', 'transfer-encoding', 'keep-alive', 'te']
/** What ingest records in place of a credential. */
const removedValue = '(removed)'

/** The request that repeats an upload below `point`, a path without a slash at its end. */
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

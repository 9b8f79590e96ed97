import type { HarEntry } from '@pushav/shared/api/evidence/har.ts'
import type { JudgedUpload } from '../indexing/judged-upload.ts'
import { pairsIn } from '../lib/pairs-in.ts'

/** One upload as an entry of an HTTP archive (HAR 1.2); `statusText` says in words what a status means. */
export function harEntryOf(
  stream: string,
  { upload, session, track, status, findings }: JudgedUpload,
  statusText: (status: number) => string,
): HarEntry {
  const { sender } = upload
  const ms = Math.max(0, Date.parse(upload.receivedAt) - Date.parse(upload.startedAt))
  const headers = headersOf(sender.headers)
  const httpVersion = sender.httpVersion === '2' ? 'HTTP/2' : 'HTTP/1.1'
  const bytes = upload.codedBytes ?? upload.bytes
  return {
    startedDateTime: upload.startedAt,
    time: ms,
    request: {
      method: upload.method,
      url: urlOf(stream, upload.path, headerIn(headers, 'host')),
      httpVersion,
      cookies: [],
      headers,
      queryString: [],
      headersSize: -1,
      bodySize: bytes,
      postData: {
        mimeType: headerIn(headers, 'content-type') ?? 'application/octet-stream',
        text: '',
        comment: `SHA-256 ${upload.sha256}; the bytes are at /uploads/${stream}/${upload.id}`,
      },
    },
    response: {
      status: status ?? 0,
      statusText: status === null ? '' : statusText(status),
      httpVersion,
      cookies: [],
      headers: [],
      redirectURL: '',
      headersSize: -1,
      bodySize: -1,
      content: { size: -1, mimeType: 'application/json', comment: 'responses are not recorded' },
    },
    cache: {},
    timings: { send: ms, wait: 0, receive: 0 },
    connection: `${sender.address} ${sender.port}`,
    comment: upload.whole ? '' : 'the body is not whole',
    _upload: upload.id,
    _session: session,
    _track: track,
    _tls: `${sender.tlsVersion} ${sender.cipher}`,
    _findings: findings.map(({ code, severity, message }) => ({ code, severity, message })),
  }
}

const headersOf = (flat: readonly string[]): HarEntry['request']['headers'] =>
  pairsIn(flat).map(([name, value]) => ({ name, value }))

const headerIn = (headers: HarEntry['request']['headers'], wanted: string): string | undefined =>
  headers.find(({ name }) => name.toLowerCase() === wanted)?.value

/** A device names the host, so that it may be no host at all. */
function urlOf(stream: string, path: string, host = ''): string {
  const below = `/streams/${stream}/${path.split('/').map(encodeURIComponent).join('/')}`
  return /^[\w.-]+(:\d+)?$|^\[[\da-f:]+\](:\d+)?$/i.test(host) && URL.canParse(`https://${host}${below}`)
    ? `https://${host}${below}`
    : `https://localhost${below}`
}

import { STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'

/** How long a client that sent nonsense may take to read what we say about it. */
const farewellMs = 2_000

type Answer = readonly [status: number, code: string, detail: string]

const malformed: Answer = [400, 'request-malformed', 'This is not a well-formed HTTP request.']
const answers: Readonly<Record<string, Answer>> = {
  HPE_HEADER_OVERFLOW: [431, 'headers-too-large', 'The headers of this request exceed 16 KiB.'],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, 'chunk-extensions-too-large', 'The chunk extensions exceed 16 KiB.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'headers-late', 'The headers of this request did not arrive in time.'],
  CONNECT: [405, 'method-refused', 'CONNECT is not served here.'],
}

const answered = new WeakSet<Duplex>()

/** Answers what never became a request, as far as anybody listens, and closes the connection. Null when nobody does. */
export function answerBrokenRequest(
  error: { readonly code?: string | undefined },
  socket: Duplex,
): Answer | null {
  // Each further piece of nonsense is reported again.
  if (answered.has(socket)) return null
  answered.add(socket)
  socket.on('error', () => {})
  if (!socket.writable || isAnswering(socket)) {
    socket.destroy()
    return null
  }
  const answer = answers[error.code ?? ''] ?? malformed
  socket.end(messageOf(answer))
  socket.resume()
  const timer = setTimeout(() => socket.destroy(), farewellMs)
  socket.once('end', () => socket.destroy()).once('close', () => clearTimeout(timer))
  return answer
}

/** Whether part of an answer is on its way, which ours would corrupt. */
function isAnswering(socket: Duplex): boolean {
  const { _httpMessage: current } = socket as { _httpMessage?: { headersSent: boolean } | null }
  return current?.headersSent ?? false
}

function messageOf([status, code, detail]: Answer): string {
  const json = `${JSON.stringify({ status, code, detail })}\n`
  return [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(json)}`,
    '',
    json,
  ].join('\r\n')
}

import { valuesOf } from '../http/headers.ts'

/** How a response body ends: after a number of bytes, with the last chunk, or with the connection. */
type BodyEnd = number | 'chunked' | 'close'

/** Status line and headers of a response. */
export interface ResponseHead {
  readonly status: number
  /** Name and value in turn, as sent. */
  readonly headers: readonly string[]
  readonly bodyEnd: BodyEnd
  /** Whether ingest takes no further request on this connection. */
  readonly closesConnection: boolean
}

/** The bytes are not an HTTP/1 response, or could be read as two different ones. The message says why. */
export class MalformedResponse extends Error {}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const text = '[\\t\\x20-\\x7e\\x80-\\xff]*'
const head = new RegExp(`^HTTP/1\\.[01] [1-5]\\d\\d(?: ${text})?(?:\\r\\n${token}:${text})*$`)
const field = new RegExp(`^${token}:${text}$`)

/** Whether a line, without its line end, is exactly one header field. */
export const isField = (line: string): boolean => field.test(line)

/**
 * Parses a response head, given without the empty line that ends it. `method` is the request's: a response to
 * HEAD has no body. Throws `MalformedResponse`.
 */
export function parseHead(raw: string, method: string): ResponseHead {
  if (!head.test(raw)) throw new MalformedResponse('it does not begin with an HTTP/1 response head')
  const status = Number(raw.slice(9, 12))
  const headers = fieldsOf(raw)
  const isHttp10 = raw[7] === '0'
  const framing = framingOf(headers, isHttp10)
  const bodyEnd = isBodyless(status, method, framing) ? 0 : framing
  const closesConnection = isHttp10 || bodyEnd === 'close' || isClosing(headers)
  return { status, headers, bodyEnd, closesConnection }
}

function fieldsOf(raw: string): string[] {
  const fields: string[] = []
  for (let at = raw.indexOf('\r\n'); at !== -1; ) {
    const end = raw.indexOf('\r\n', at + 2)
    const line = end === -1 ? raw.slice(at + 2) : raw.slice(at + 2, end)
    const colon = line.indexOf(':')
    fields.push(line.slice(0, colon), trimmed(line, colon + 1))
    at = end
  }
  return fields
}

/** The line without surrounding spaces and tabs; `trim` would remove other characters too. */
function trimmed(line: string, from: number): string {
  let [start, end] = [from, line.length]
  while (isBlank(line.charCodeAt(start))) start++
  while (end > start && isBlank(line.charCodeAt(end - 1))) end--
  return line.slice(start, end)
}

const isBlank = (code: number) => code === 0x20 || code === 0x09

/** RFC 9112 6.3, but stricter: refuses a repeated framing header even when its values are equal. */
function framingOf(headers: readonly string[], isHttp10: boolean): BodyEnd {
  const [length, ...lengths] = valuesOf(headers, 'content-length')
  const [coding, ...codings] = valuesOf(headers, 'transfer-encoding')
  const isAmbiguous = lengths.length + codings.length > 0 || (length !== undefined && coding !== undefined)
  if (isAmbiguous) throw new MalformedResponse('its body is framed in more than one way')
  if (length !== undefined && !/^\d{1,15}$/.test(length))
    throw new MalformedResponse('its Content-Length is not a number')
  if (coding !== undefined && (isHttp10 || coding.toLowerCase() !== 'chunked'))
    throw new MalformedResponse('its Transfer-Encoding is not supported')
  if (coding !== undefined) return 'chunked'
  return length === undefined ? 'close' : Number(length)
}

function isBodyless(status: number, method: string, framing: BodyEnd): boolean {
  if (method === 'HEAD' || status === 304) return true
  if (status >= 200 && status !== 204) return false
  if (framing === 'chunked' || (typeof framing === 'number' && framing > 0))
    throw new MalformedResponse(`it has a body, which status ${status} does not allow`)
  return true
}

function isClosing(headers: readonly string[]): boolean {
  return valuesOf(headers, 'connection').some((value) => /(^|[\s,])close($|[\s,])/i.test(value))
}

import { valuesOf } from './headers.ts'

/** How an answer's body ends: after so many bytes, with its last chunk, or with the connection. */
export type BodyEnd = number | 'chunked' | 'close'

/** What stands before an answer's body. */
export interface AnswerHead {
  readonly status: number
  /** Name and value in turn, as sent. */
  readonly headers: readonly string[]
  readonly bodyEnd: BodyEnd
  /** Whether the connection serves no further request. */
  readonly isLast: boolean
}

/** What came is no answer, or one that could be read in two ways. */
export class Garbled extends Error {}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const text = '[\\t\\x20-\\x7e\\x80-\\xff]*'
const head = new RegExp(`^HTTP/1\\.[01] [1-5]\\d\\d(?: ${text})?(?:\\r\\n${token}:${text})*$`)
const field = new RegExp(`^${token}:${text}$`)

/** Whether a line, without its end, is a header field and nothing else. */
export const isField = (line: string): boolean => field.test(line)

/** Reads a head without the empty line that ends it. */
export function parseHead(raw: string, method: string): AnswerHead {
  if (!head.test(raw)) throw new Garbled('this is no head of an HTTP/1 answer')
  const status = Number(raw.slice(9, 12))
  const headers = fieldsOf(raw)
  const isOld = raw[7] === '0'
  const framing = framingOf(headers, isOld)
  const bodyEnd = isBodyless(status, method, framing) ? 0 : framing
  return { status, headers, bodyEnd, isLast: isOld || bodyEnd === 'close' || isClosing(headers) }
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

/** Without the blanks and tabs around it; `trim` takes more than those. */
function trimmed(line: string, from: number): string {
  let [start, end] = [from, line.length]
  while (isBlank(line.charCodeAt(start))) start++
  while (end > start && isBlank(line.charCodeAt(end - 1))) end--
  return line.slice(start, end)
}

const isBlank = (code: number) => code === 0x20 || code === 0x09

/** RFC 9112 6.3, but what is said twice is refused, even when both say the same. */
function framingOf(headers: readonly string[], isOld: boolean): BodyEnd {
  const [length, ...lengths] = valuesOf(headers, 'content-length')
  const [coding, ...codings] = valuesOf(headers, 'transfer-encoding')
  const isAmbiguous = lengths.length + codings.length > 0 || (length !== undefined && coding !== undefined)
  if (isAmbiguous) throw new Garbled('its body is framed in more than one way')
  if (length !== undefined && !/^\d{1,15}$/.test(length)) throw new Garbled('its length is no number')
  if (coding !== undefined && (isOld || coding.toLowerCase() !== 'chunked'))
    throw new Garbled('its transfer coding is unknown')
  if (coding !== undefined) return 'chunked'
  return length === undefined ? 'close' : Number(length)
}

function isBodyless(status: number, method: string, framing: BodyEnd): boolean {
  if (method === 'HEAD' || status === 304) return true
  if (status >= 200 && status !== 204) return false
  if (framing === 'chunked' || (typeof framing === 'number' && framing > 0))
    throw new Garbled('it brings a body where there cannot be one')
  return true
}

function isClosing(headers: readonly string[]): boolean {
  return valuesOf(headers, 'connection').some((value) => /(^|[\s,])close($|[\s,])/i.test(value))
}

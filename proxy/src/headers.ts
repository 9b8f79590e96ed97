import { remembering } from './remembering.ts'

/** Headers are flat lists, name and value in turn, as Node's parsers give and its writers take them. */
export type Headers = readonly string[]

/** RFC 9110 7.6.1, and what older software adds. Framing is ours on both sides. */
const hopByHop = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** All values of one header, given in lower case. */
export function valuesOf(headers: Headers, name: string): string[] {
  const values: string[] = []
  for (let at = 0; at < headers.length; at += 2)
    if (headers[at]?.length === name.length && lowerOf(headers[at] ?? '') === name)
      values.push(headers[at + 1] ?? '')
  return values
}

/** The headers that concern one connection only, in lower case: the known ones and those that `Connection` names. */
export function hopsIn(headers: Headers): ReadonlySet<string> {
  const values = valuesOf(headers, 'connection')
  if (values.every(isUsual)) return hopByHop
  const named = values.flatMap((value) => value.toLowerCase().split(','))
  const extra = named.map((name) => name.trim()).filter((name) => !hopByHop.has(name) && name !== 'close')
  return extra.length === 0 ? hopByHop : new Set([...hopByHop, ...extra])
}

/** Names nothing that is not dropped anyway. */
const isUsual = (value: string): boolean => value === 'keep-alive' || value === 'close'

/** What the client gets to see of ingest's headers. */
export function answerHeaders(headers: Headers): string[] {
  const dropped = hopsIn(headers)
  const kept: string[] = []
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? ''
    if (!dropped.has(lowerOf(name))) kept.push(name, headers[at + 1] ?? '')
  }
  return kept
}

/** A name in lower case. */
export const lowerOf = remembering((name) => name.toLowerCase())

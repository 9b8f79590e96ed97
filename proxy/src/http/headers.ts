import { hopByHopHeaders } from '@pushav/shared/http/hop-by-hop.ts'
import { memoize } from '@pushav/shared/lib/memoize.ts'

/** Headers are flat lists, name and value in turn, as Node's parsers produce and its writers accept them. */
type Headers = readonly string[]

/** All values of one header, whose name is given in lower case. */
export function valuesOf(headers: Headers, name: string): string[] {
  const values: string[] = []
  for (let at = 0; at < headers.length; at += 2)
    if (headers[at]?.length === name.length && lowerCaseOf(headers[at] ?? '') === name)
      values.push(headers[at + 1] ?? '')
  return values
}

/** Lower-case names of the headers that are not forwarded: the hop-by-hop ones and those that `Connection` names. */
export function hopByHopIn(headers: Headers): ReadonlySet<string> {
  const values = valuesOf(headers, 'connection')
  if (values.every(isCommon)) return hopByHopHeaders
  const named = values.flatMap((value) => value.toLowerCase().split(','))
  const extra = named
    .map((name) => name.trim())
    .filter((name) => !hopByHopHeaders.has(name) && name !== 'close')
  return extra.length === 0 ? hopByHopHeaders : new Set([...hopByHopHeaders, ...extra])
}

/** The usual values of `Connection`, which name no header. */
const isCommon = (value: string): boolean => value === 'keep-alive' || value === 'close'

/** The headers of ingest's response that the client receives. */
export function forwardableHeaders(headers: Headers): string[] {
  const hopByHop = hopByHopIn(headers)
  const forwarded: string[] = []
  for (let at = 0; at < headers.length; at += 2) {
    const name = headers[at] ?? ''
    if (!hopByHop.has(lowerCaseOf(name))) forwarded.push(name, headers[at + 1] ?? '')
  }
  return forwarded
}

/** A header name in lower case. Memoized, because most requests have the same names. */
export const lowerCaseOf = memoize((name) => name.toLowerCase())

import type { Exchange } from './exchange.ts'
import { valuesOf } from './headers.ts'

/** An answer of our own; `detail` is a sentence for whoever sent the request. */
export interface Refusal {
  readonly status: number
  readonly code: string
  readonly detail: string
  readonly headers?: readonly string[]
}

export const ingestUnreachable: Refusal = {
  status: 503,
  code: 'ingest-unreachable',
  detail: 'The service behind this server cannot be reached at the moment.',
  headers: ['Retry-After', '1'],
}

export const ingestFailed: Refusal = {
  status: 502,
  code: 'ingest-failed',
  detail: 'The service behind this server broke off before it answered.',
}

/** What ingest says that cannot be understood, or in more than one way, is not passed on. */
export const ingestGarbled = (reason: string): Refusal => ({
  status: 502,
  code: 'ingest-garbled',
  detail: `The answer of the service behind this server is not in order: ${reason}.`,
})

/** No header is passed on that could be read in two ways. */
export const headersMalformed: Refusal = {
  status: 400,
  code: 'headers-malformed',
  detail: 'A header of this request holds characters that cannot be forwarded.',
}

/** What is wrong with a request before anybody looks at what it wants; null when nothing is. */
export function refusalOf(exchange: Exchange): Refusal | null {
  const fault = exchange.connection.fault()
  if (fault) return { status: 403, ...fault }
  return (
    methodRefusal(exchange) ?? targetRefusal(exchange) ?? hostRefusal(exchange) ?? expectRefusal(exchange)
  )
}

function methodRefusal({ method }: Exchange): Refusal | null {
  if (method !== 'CONNECT' && method !== 'TRACE') return null
  const detail = `${method} is not served here.`
  return { status: 405, code: 'method-refused', detail, headers: ['Allow', 'GET, HEAD, PUT, POST, DELETE'] }
}

/** Only a path: an absolute URL would name a second host. Characters that cannot be forwarded are refused too. */
function targetRefusal({ target }: Exchange): Refusal | null {
  if (/^\/[\x21-\x7e\x80-\xff]*$/.test(target)) return null
  return {
    status: 400,
    code: 'target-malformed',
    detail: 'The request target must be a path that begins with "/".',
  }
}

function hostRefusal({ hosts, httpVersion }: Exchange): Refusal | null {
  if (hosts.length === 0 && httpVersion === '1.0') return null
  const [host] = hosts
  if (hosts.length === 1 && host !== undefined && /^[\w.~!$&'()*+,;=%:[\]-]*$/.test(host)) return null
  return { status: 400, code: 'host-malformed', detail: 'The request must name exactly one host.' }
}

function expectRefusal({ headers }: Exchange): Refusal | null {
  const unknown = valuesOf(headers, 'expect').find((value) => value.toLowerCase() !== '100-continue')
  if (unknown === undefined) return null
  return {
    status: 417,
    code: 'expectation-unknown',
    detail: 'The only expectation known here is "100-continue".',
  }
}

/** The refusal as JSON. A body that is still coming is read for a while, so that the answer arrives. */
export function refuse(exchange: Exchange, { headers = [], ...refusal }: Refusal): void {
  if (exchange.isGone()) return
  const early = exchange.hasBody && !exchange.isBodyComplete()
  const json = Buffer.from(`${JSON.stringify(refusal)}\n`)
  const described = ['Content-Type', 'application/json', 'Content-Length', String(json.length)]
  exchange.respond(refusal.status, [...described, ...headers], early)
  if (exchange.method !== 'HEAD') exchange.answer.write(json)
  if (early) exchange.endEarly()
  else exchange.answer.end()
}

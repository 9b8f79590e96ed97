import { lookup as dnsLookup, type LookupAddress, type LookupAllOptions } from 'node:dns'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { LookupFunction } from 'node:net'
import { errorCode } from '@pushav/shared/lib/error-code.ts'
import { printable } from '@pushav/shared/lib/printable.ts'
import { request as httpRequest } from '@pushav/shared/process/node-http.ts'
import { type SendWebhook, TargetForbidden, type TargetResponse } from '../ports.ts'
import { assertPublic, assertPublicLiteral } from './target-address.ts'

interface WebhookClientOptions {
  readonly allowPrivate: boolean
  /** How long one attempt may take, from the look-up of the name to the end of what is read of the response. */
  readonly timeoutMs: number
  /** All addresses of a host name; the system's resolver where it is left out. */
  readonly resolve?: ResolveAll
}

export type ResolveAll = (
  host: string,
  options: LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void

const maxReadBytes = 4_096
const maxExcerpt = 200

/**
 * A client for targets that are not trusted: no redirect is followed, no connection is used twice, little is read, and
 * the addresses that a name resolves to are checked where the connection takes them from.
 */
export function webhookClient({
  allowPrivate,
  timeoutMs,
  resolve = dnsLookup,
}: WebhookClientOptions): SendWebhook {
  const lookup = lookupWith(resolve, allowPrivate)
  return async function sendWebhook({ url: text, headers, body }, signal) {
    const url = new URL(text)
    // A connection to an address looks nothing up.
    if (!allowPrivate) assertPublicLiteral(url)
    const timeout = AbortSignal.timeout(timeoutMs)
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest
    const request = send(url, {
      method: 'POST',
      agent: false,
      lookup,
      signal: AbortSignal.any([signal, timeout]),
      headers: { ...headers, 'content-length': Buffer.byteLength(body), connection: 'close' },
    })
    try {
      const responded = once(request, 'response') as Promise<[IncomingMessage]>
      request.end(body)
      const [response] = await responded
      return await read(response)
    } catch (error) {
      if (error instanceof TargetForbidden) throw error
      const reason = timeout.aborted ? `no response within ${timeoutMs / 1_000} s` : wordsFor(error, url)
      throw new Error(reason, { cause: error })
    } finally {
      request.on('error', () => undefined).destroy()
    }
  }
}

/** The status counts, also when the body is cut off. */
async function read(response: IncomingMessage): Promise<TargetResponse> {
  const parts: Buffer[] = []
  let bytes = 0
  try {
    for await (const part of response as AsyncIterable<Buffer>) {
      parts.push(part)
      bytes += part.length
      if (bytes >= maxReadBytes) break
    }
  } catch {
    // Cut off, or too slow.
  }
  const text = Buffer.concat(parts).subarray(0, maxReadBytes).toString().trim()
  return { status: response.statusCode ?? 0, excerpt: printable(text.slice(0, maxExcerpt)) }
}

function lookupWith(resolve: ResolveAll, allowPrivate: boolean): LookupFunction {
  return function lookup(host, options, callback) {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? []
      if (error || !first) return callback(error ?? new Error(`${host} has no address`), '')
      try {
        if (!allowPrivate) for (const { address } of addresses) assertPublic(address, host)
      } catch (forbidden) {
        return callback(forbidden as NodeJS.ErrnoException, '')
      }
      if (options.all) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}

function wordsFor(error: unknown, { hostname, host }: URL): string {
  switch (errorCode(error)) {
    case 'ENOTFOUND':
      return `the name ${hostname} has no address`
    case 'EAI_AGAIN':
      return `the name ${hostname} could not be looked up`
    case 'ECONNREFUSED':
      return `nothing listens at ${host}`
    case 'ECONNRESET':
    case 'EPIPE':
      return 'the target closed the connection before it responded'
    case 'HPE_HEADER_OVERFLOW':
      return 'the target responded with more than 16 KiB of headers'
    default:
      return error instanceof Error ? printable(error.message).slice(0, maxExcerpt) : String(error)
  }
}

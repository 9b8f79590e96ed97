import type { Socket } from 'node:net'
import { createLru } from '@pushav/shared/lib/lru.ts'
import type { Problem } from '@pushav/shared/problem.ts'
import { messageOf } from './client-error.ts'

const logIntervalMs = 60_000
const maxAddresses = 1_000

const plainHttp: Problem = {
  status: 400,
  code: 'plain-http',
  detail: 'This port speaks https: the URL must begin with https://.',
}

/** OpenSSL's codes for what is no TLS; the last one is also for methods that OpenSSL does not know as HTTP. */
const codes = new Set(['ERR_SSL_HTTP_REQUEST', 'ERR_SSL_HTTPS_PROXY_REQUEST', 'ERR_SSL_WRONG_VERSION_NUMBER'])

/** Whether a handshake failed because the client did not speak TLS, but in all likelihood HTTP. */
export const isPlainHttp = ({ code = '' }: { readonly code?: string | undefined }): boolean => codes.has(code)

/** Responds without TLS, then closes the connection. */
export function respondInPlain(socket: Socket): void {
  socket.on('error', () => {})
  if (socket.writable) socket.end(messageOf(plainHttp), () => socket.destroySoon())
}

/** Whether the last time for that address was more than a minute ago; `now` is the time in milliseconds. */
export function createAddressThrottle(now: () => number): (address: string) => boolean {
  const last = createLru<string, number>(maxAddresses)
  return function mayLog(address) {
    const at = now()
    if (at - (last.get(address) ?? Number.NEGATIVE_INFINITY) < logIntervalMs) return false
    last.set(address, at)
    return true
  }
}

import type { Socket } from 'node:net'
import type { Problem } from '@pushav/shared/http/problem.ts'
import { messageOf } from './client-error.ts'

const plainHttp: Problem = {
  status: 400,
  code: 'plain-http',
  detail: 'This port speaks https: the URL must begin with https://.',
}

/** OpenSSL's codes for bytes that are not TLS. The last one covers HTTP methods that OpenSSL does not recognize. */
const codes = new Set(['ERR_SSL_HTTP_REQUEST', 'ERR_SSL_HTTPS_PROXY_REQUEST', 'ERR_SSL_WRONG_VERSION_NUMBER'])

/** Whether a handshake failed because the client did not speak TLS but, most likely, HTTP. */
export const isPlainHttp = ({ code = '' }: { readonly code?: string | undefined }): boolean => codes.has(code)

/** Responds without TLS, then closes the connection. */
export function respondInPlain(socket: Socket): void {
  socket.on('error', () => {})
  if (socket.writable) socket.end(messageOf(plainHttp), () => socket.destroySoon())
}

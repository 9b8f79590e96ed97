import { once } from 'node:events'
import { chmod, rm } from 'node:fs/promises'
import type { RequestListener } from 'node:http'
import { createServer } from '@pushav/shared/process/node-http.ts'
import type { Address } from '@pushav/shared/settings.ts'

/**
 * Listens for the proxy. This side has no timeouts and closes no connection that the proxy may still use: closing one
 * during a request would lose an upload.
 */
export async function listen(app: RequestListener, address: Address): Promise<AsyncDisposable> {
  const server = createServer(
    { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0, maxHeaderSize: 65_536 },
    app,
  )
  server.on('checkContinue', app)
  if ('path' in address) await rm(address.path, { force: true })
  server.listen(address)
  await once(server, 'listening')
  if ('path' in address) await chmod(address.path, 0o600)
  return {
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close')
      server.close()
      server.closeIdleConnections()
      await closed
    },
  }
}

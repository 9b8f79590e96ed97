import type { ServerResponse } from 'node:http'

/**
 * Keeps the connection open after a response without 100 Continue. Node would close it when the request expects 100
 * Continue, even if the client has sent the body unasked. Relies on an undocumented field of Node.
 */
export function expectNoContinue(response: ServerResponse): void {
  Object.assign(response, { _expect_continue: false })
}

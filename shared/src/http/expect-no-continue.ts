import type { ServerResponse } from 'node:http'

/**
 * Without 100 Continue, Node would end the connection behind the response to a request that expects it, also where the
 * body comes unasked. Relies on a field of Node's that is not documented.
 */
export function expectNoContinue(response: ServerResponse): void {
  Object.assign(response, { _expect_continue: false })
}

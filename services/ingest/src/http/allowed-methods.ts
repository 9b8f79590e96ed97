/** Every method that some route has. */
const methods = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE']
const read = ['GET', 'HEAD']

/** The paths of routes and the methods they have; the first that matches counts. */
const routes: readonly (readonly [path: RegExp, methods: readonly string[]])[] = [
  [/^\/(healthz|readyz|certs|events)\/?$/i, read],
  [/^\/expectations\/[^/]+\/?$/i, [...read, 'PUT']],
  [/^\/faults\/[^/]+\/?$/i, [...read, 'POST', 'DELETE']],
  [/^\/faults\/[^/]+\/[^/]+\/?$/i, ['DELETE']],
  [/^\/wait\/[^/]+\/?$/i, read],
  [/^\/certs\/[^/]+\/(keypair|sign|revoke)\/?$/i, [...read, 'POST']],
  [/^\/certs\/[^/]+\/[^/]+\/?$/i, read],
  [/^\/streams\/?$/i, [...read, 'POST']],
  [/^\/streams\//i, methods],
  [/^\/probe\/[^/]+\/./i, read],
  [/^\/uploads\/[^/]+\/[^/]+\/?$/i, read],
]

/** The methods of the routes at a path (RFC 9110 10.2.1); null where there is none. */
export const allowedMethods = (path: string): readonly string[] | null =>
  routes.find(([pattern]) => pattern.test(path))?.[1] ?? null

/** Whether any route has the method. */
export const isKnownMethod = (method: string): boolean => methods.includes(method)

export const knownMethods: readonly string[] = methods

import express, {
  type Express,
  type NextFunction,
  type Request,
  type RequestHandler,
  type Response,
  type Router,
} from 'express'
import { knownMethods, methodsAt } from '../access/find-row.ts'
import { Refusal } from '../lib/refusal.ts'
import { type Authenticate, requirePeer } from './authenticate.ts'
import { errorHandler, type RespondWithError } from './error-handler.ts'
import { formatJson } from './json-response.ts'

interface AppDeps {
  readonly authenticate: Authenticate
  readonly respondWithError: RespondWithError
  /** The only routes that need no proxy. */
  readonly health: Router
  readonly routers: readonly Router[]
  /** What each request to the routers passes first, after it is known to come from the proxy. */
  readonly gates: readonly RequestHandler[]
  /** Lets pages of other origins read. */
  readonly allowOrigins: RequestHandler
}

/** The express app: health checks first, then everything that only the proxy may ask for. */
export function createApp(deps: AppDeps): Express {
  const { authenticate, respondWithError, health, routers, gates, allowOrigins } = deps
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(setHeaders)
  app.use(formatJson)
  app.use(health)
  app.use(requirePeer(authenticate))
  app.use(allowOrigins)
  for (const gate of gates) app.use(gate)
  for (const router of routers) app.use(router)
  app.use(refuseUnrouted)
  app.use(errorHandler(respondWithError))
  return app
}

/** What holds for every response unless its route says otherwise. */
function setHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.set({ 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' })
  next()
}

/** Throws the refusal of a request that no route takes: its path has others, or there is nothing at its path. */
export function refuseUnrouted({ method, path }: Request, response: Response): void {
  const routed = methodsAt(path)
  const allowed = routed.length > 0 || knownMethods.includes(method) ? routed : knownMethods
  if (allowed.length > 0 && !allowed.includes(method)) {
    response.set('Allow', allowed.join(', '))
    throw new Refusal('method-unsupported', `expected ${allowed.join(', ')} at ${path}, received ${method}`)
  }
  throw new Refusal('not-found', `there is nothing at ${method} ${path}${hintFor(method, path)}`)
}

function hintFor(method: string, path: string): string {
  // The reference's own generator has pushed to `/stream/1/…`.
  const [, rest] = /^\/stream(\/.*|$)/i.exec(path) ?? []
  if (rest !== undefined) return `; streams are at /streams/<id>, so this would be /streams${rest}`
  return method === 'PUT' ? '; uploads go to /streams/<id>/<path>' : ''
}

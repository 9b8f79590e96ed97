import express, { type Express, type NextFunction, type Request, type Response, type Router } from 'express'
import { Refusal } from '../lib/refusal.ts'
import { type Authenticate, requirePeer } from './authenticate.ts'
import { errorHandler, type RespondWithError } from './error-handler.ts'

interface AppDeps {
  readonly authenticate: Authenticate
  readonly respondWithError: RespondWithError
  /** The only routes that need no proxy. */
  readonly health: Router
  readonly routers: readonly Router[]
}

/** The express app: health checks first, then everything that only the proxy may ask for. */
export function createApp({ authenticate, respondWithError, health, routers }: AppDeps): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(setHeaders)
  app.use(health)
  app.use(requirePeer(authenticate))
  for (const router of routers) app.use(router)
  app.use(assertMethod)
  app.use(({ method, path }) => {
    throw new Refusal('not-found', `there is nothing at ${method} ${path}`)
  })
  app.use(errorHandler(respondWithError))
  return app
}

/** What holds for every response unless its route says otherwise. */
function setHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.set({ 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' })
  next()
}

const methods = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE']

function assertMethod({ method }: Request, response: Response, next: NextFunction): void {
  if (!methods.includes(method)) {
    response.set('Allow', methods.join(', '))
    throw new Refusal('method-unsupported', `expected ${methods.join(', ')}, received ${method}`)
  }
  next()
}

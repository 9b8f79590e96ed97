import express, { type Express, type NextFunction, type Request, type Response, type Router } from 'express'
import { Refusal } from '../lib/refusal.ts'
import { type Authenticate, requirePeer } from './authenticate.ts'
import { errorHandler, type RespondWithError } from './error-handler.ts'

/** All routes behind one door: whoever knocks must be the proxy, except for the health checks. */
export function createApp(
  letIn: Authenticate,
  health: Router,
  routers: readonly Router[],
  answerProblem: RespondWithError,
): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(setHeaders)
  app.use(health)
  app.use(requirePeer(letIn))
  for (const router of routers) app.use(router)
  app.use(assertMethod)
  app.use(({ method, path }) => {
    throw new Refusal('route-unknown', `there is nothing at ${method} ${path}`)
  })
  app.use(errorHandler(answerProblem))
  return app
}

/** What a route does not set otherwise. */
function setHeaders(_request: Request, response: Response, next: NextFunction): void {
  response.set({ 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' })
  next()
}

const known = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE']

function assertMethod({ method }: Request, response: Response, next: NextFunction): void {
  if (!known.includes(method)) {
    response.set('Allow', known.join(', '))
    throw new Refusal('method-unsupported', `expected ${known.join(', ')}, received ${method}`)
  }
  next()
}

import type { Logger } from '@pushav/shared/logger.ts'
import express, { type Express, type NextFunction, type Request, type Response, type Router } from 'express'
import { Refusal } from '../domain/refusal.ts'
import { requirePeer } from './peer.ts'
import { problems } from './problems.ts'

/** All routes behind one door: whoever knocks must be the proxy, except for the health checks. */
export function createApp(secret: string, health: Router, routers: readonly Router[], log: Logger): Express {
  const app = express()
  app.disable('x-powered-by')
  app.disable('etag')
  app.use(health)
  app.use(requirePeer(secret))
  for (const router of routers) app.use(router)
  app.use(assertMethod)
  app.use(({ method, path }) => {
    throw new Refusal('route-unknown', `there is nothing at ${method} ${path}`)
  })
  app.use(problems(log))
  return app
}

const known = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE']

function assertMethod({ method }: Request, response: Response, next: NextFunction): void {
  if (!known.includes(method)) {
    response.set('Allow', known.join(', '))
    throw new Refusal('method-unsupported', `expected ${known.join(', ')}, received ${method}`)
  }
  next()
}

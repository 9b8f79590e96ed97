import type { NextFunction, Request, Response } from 'express'

/** Asks for the body of a request that waits with `Expect: 100-continue`; to be called when it is wanted. */
export function continueBody(
  request: Pick<Request, 'headers'>,
  response: Response,
  next: NextFunction,
): void {
  if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue()
  next()
}

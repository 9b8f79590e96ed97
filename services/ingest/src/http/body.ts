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

/** The bytes of a body, up to its end or up to where the connection was lost; then it throws. */
export async function* bytesOf(request: Request): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* request
  } catch (error) {
    // What had come before the connection was lost may not have been read yet.
    for (let rest = request.read(); rest !== null; rest = request.read()) yield rest
    throw error
  }
}

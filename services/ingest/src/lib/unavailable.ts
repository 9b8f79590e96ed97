/** A service that this one needs does not respond: a 503, which the client may retry. */
export class Unavailable extends Error {
  override name = 'Unavailable' as const

  constructor(what: string, cause: unknown) {
    super(`${what} does not answer`, { cause })
  }
}

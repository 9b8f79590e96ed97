/** A service that this one needs does not respond: a 503, which the client may retry. */
export class Unavailable extends Error {
  override name = 'Unavailable' as const

  constructor(service: string, cause: unknown) {
    super(`${service} does not answer`, { cause })
  }
}

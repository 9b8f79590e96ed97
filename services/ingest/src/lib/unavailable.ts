/** Something this server needs does not answer now; the caller did nothing wrong and may try again. */
export class Unavailable extends Error {
  override name = 'Unavailable' as const

  constructor(what: string, cause: unknown) {
    super(`${what} does not answer`, { cause })
  }
}

/** A dependency of this server does not respond now; the caller did nothing wrong and may try again. */
export class Unavailable extends Error {
  override name = 'Unavailable' as const

  constructor(dependency: string, cause: unknown) {
    super(`${dependency} does not answer`, { cause })
  }
}

/** For commands to a dependency: returns a function that passes results on and throws `Unavailable` for errors. */
export function orUnavailableWith(dependency: string) {
  return async function orUnavailable<Result>(pending: Promise<Result>): Promise<Result> {
    try {
      return await pending
    } catch (error) {
      throw new Unavailable(dependency, error)
    }
  }
}

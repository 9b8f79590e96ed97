/** A dependency of this server does not respond now; the caller did nothing wrong and may try again. */
export class Unavailable extends Error {
  override name = 'Unavailable' as const
  readonly dependency: string

  constructor(dependency: string, cause: unknown) {
    super(`${dependency} does not respond`, { cause })
    this.dependency = dependency
  }
}

/** Returns a function that awaits a command to a dependency, and throws `Unavailable` for any error of it. */
export function orUnavailableWith(dependency: string) {
  return async function orUnavailable<Result>(pending: Promise<Result>): Promise<Result> {
    try {
      return await pending
    } catch (error) {
      throw new Unavailable(dependency, error)
    }
  }
}

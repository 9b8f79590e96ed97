/** The code of a system error such as `ENOENT`; an empty text for any other value. */
export function errorCode(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : ''
}

/** A rejection handler for file operations: returns null for `ENOENT` and throws any other error again. */
export function nullIfAbsent(error: unknown): null {
  if (errorCode(error) === 'ENOENT') return null
  throw error
}

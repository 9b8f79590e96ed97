/** The code of a system error (`ENOENT`), or an empty text. */
export function errorCode(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : ''
}

/** A rejection handler of file operations: null for `ENOENT`; throws any other error again. */
export function nullIfAbsent(error: unknown): null {
  if (errorCode(error) === 'ENOENT') return null
  throw error
}

/** The code of a system error (`ENOENT`), or an empty text. */
export function errorCode(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown }
  return typeof code === 'string' ? code : ''
}

/** For `catch` of a file operation: null where there is no such file, which is no failure; any other error is thrown. */
export function nullIfAbsent(error: unknown): null {
  if (errorCode(error) === 'ENOENT') return null
  throw error
}

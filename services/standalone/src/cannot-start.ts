/** What the user can do something about: it is told as it stands, without a stack. */
export class CannotStart extends Error {}

/** The `code` of a system error, such as `EACCES`. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : ''

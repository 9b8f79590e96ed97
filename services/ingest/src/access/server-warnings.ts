import { keylogWarning, openAccessWarning } from '@pushav/shared/access-warning.ts'
import type { AuthMode } from '@pushav/shared/api/access.ts'

/** What the owner of this server should know and change, in sentences. */
export const serverWarnings =
  (auth: AuthMode, isLoopback: () => boolean, others: () => readonly string[], hasKeylog: boolean) =>
  (): readonly string[] => [
    ...(hasKeylog ? [keylogWarning] : []),
    ...(auth === 'open' && !isLoopback() ? [openAccessWarning] : []),
    ...others(),
  ]

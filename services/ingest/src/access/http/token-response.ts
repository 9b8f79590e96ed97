import type { TokenResponse } from '@pushav/shared/api/access.ts'
import type { StoredToken } from '../ports.ts'
import { idOfToken } from '../tokens.ts'

/** A token without its text. */
export const tokenResponse = (token: StoredToken & { readonly used: number }): TokenResponse => ({
  id: idOfToken(token),
  purpose: token.purpose,
  name: token.name,
  role: token.role,
  uses: token.uses,
  used: token.used,
  created_at: token.createdAt,
  expires_at: token.expiresAt,
})

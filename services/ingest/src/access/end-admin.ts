import type { Sessions } from './sessions.ts'
import type { Tokens } from './tokens.ts'

/** The numbers of those that ended. */
interface EndedAdmin {
  readonly tokens: number
  readonly sessions: number
}

/**
 * Ends what an admin whose certificate was revoked may have left behind: every token, and every sign-in. There is one
 * admin: with that certificate, or by means of it, all of them were made.
 */
export type EndAdmin = () => Promise<EndedAdmin>

export const endAdminWith = (
  tokens: Pick<Tokens, 'removeAll'>,
  sessions: Pick<Sessions, 'endAll'>,
): EndAdmin =>
  async function endAdmin() {
    // Tokens first: one that is left could begin a session while the others end.
    const removed = await tokens.removeAll()
    return { tokens: removed, sessions: await sessions.endAll() }
  }

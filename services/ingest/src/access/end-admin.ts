import type { Sessions } from './sessions.ts'
import type { Tokens } from './tokens.ts'

/** How many ended. */
interface EndedAdmin {
  readonly tokens: number
  readonly sessions: number
}

/**
 * Ends what an admin whose certificate was revoked may have left behind: every token, and every sign-in. There is one
 * admin, so all of them go back to it.
 */
export type EndAdmin = () => Promise<EndedAdmin>

export const endAdminWith = (
  tokens: Pick<Tokens, 'removeAll'>,
  sessions: Pick<Sessions, 'endAll'>,
): EndAdmin =>
  async function endAdmin() {
    // Tokens first: one that is left would begin a session behind the others.
    const removed = await tokens.removeAll()
    return { tokens: removed, sessions: await sessions.endAll() }
  }

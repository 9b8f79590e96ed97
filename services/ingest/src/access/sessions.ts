import { createLru } from '@pushav/shared/lib/lru.ts'
import type { BrowserSession, NewSecret, SessionFiles, SessionRole } from './ports.ts'
import { hashOfSecret } from './tokens.ts'

const lifeMs = 12 * 3_600_000
const maxSessions = 1_000
/** How long another ingest process may still accept a session that was ended here. */
const cacheMs = 1_000
const maxCached = 1_000

/** Browsers that signed in. */
export interface Sessions {
  /** Begins a session. The value of its cookie is stored nowhere. Beyond 1000 sessions the oldest ends. */
  begin(
    role: SessionRole,
    name: string | null,
  ): Promise<{ readonly cookie: string; readonly session: BrowserSession }>
  /** Null for a value that is no cookie of a session, or of one that has ended. */
  find(cookie: string): Promise<BrowserSession | null>
  end(session: BrowserSession): Promise<void>
  /** Whether a session is still there, read anew. */
  exists(session: BrowserSession): Promise<boolean>
  /** Ends all sessions; returns their number. */
  endAll(): Promise<number>
}

export const sessionSeconds = lifeMs / 1_000

/** Sessions live 12 hours, and over restarts. */
export function sessionsWith(files: SessionFiles, newSecret: NewSecret, now: () => Date): Sessions {
  const cache = createLru<string, { readonly session: BrowserSession | null; readonly readMs: number }>(
    maxCached,
  )
  return { begin, find, end, exists, endAll }

  async function begin(role: SessionRole, name: string | null) {
    await removeSurplus()
    const cookie = newSecret()
    const at = now()
    const session: BrowserSession = {
      hash: hashOfSecret(cookie),
      role,
      name,
      createdAt: at.toISOString(),
      expiresAt: new Date(at.getTime() + lifeMs).toISOString(),
    }
    await files.write(session)
    return { cookie, session }
  }

  async function find(cookie: string): Promise<BrowserSession | null> {
    const hash = hashOfSecret(cookie)
    const cached = cache.get(hash)
    const isFresh = cached && now().getTime() - cached.readMs < cacheMs
    const session = isFresh ? cached.session : await files.read(hash)
    if (!isFresh) cache.set(hash, { session, readMs: now().getTime() })
    return session && !isExpired(session) ? session : null
  }

  async function end({ hash }: BrowserSession): Promise<void> {
    await files.remove(hash)
    cache.set(hash, { session: null, readMs: now().getTime() })
  }

  async function exists({ hash }: BrowserSession): Promise<boolean> {
    return (await files.read(hash)) !== null
  }

  async function endAll(): Promise<number> {
    const sessions = await files.list()
    for (const session of sessions) await end(session)
    return sessions.length
  }

  async function removeSurplus(): Promise<void> {
    const sessions = await files.list()
    const [expired, others] = [sessions.filter(isExpired), sessions.filter((one) => !isExpired(one))]
    const oldestFirst = others.toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt))
    const surplus = oldestFirst.slice(0, Math.max(0, others.length - maxSessions + 1))
    for (const session of [...expired, ...surplus]) await end(session)
  }

  function isExpired({ expiresAt }: BrowserSession): boolean {
    return now().getTime() >= Date.parse(expiresAt)
  }
}

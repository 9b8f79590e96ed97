import type { RedisClient } from '@pushav/shared/redis/client.ts'
import { type SessionView, sessionViewOf } from '../../streams/session-view.ts'
import { type Session, sessionKeyOf } from '../../validation/state.ts'
import { encodeSession } from './codecs/session-codec.ts'
import { orUnavailable } from './connections.ts'
import { keysOf } from './redis-keys.ts'
import { hmget, parse } from './values.ts'

/** Stored in place of the view of an open session, which would change with each upload. */
const seeCurrent = ''

/** What the hash of views holds of a session. */
export const encodeView = (session: Session): string =>
  session.phase === 'open' ? seeCurrent : encodeSession(sessionViewOf(session))

/** The view of a session from what is stored of it; null where that is nothing. */
export function decodeView(id: string, stored: string | null, current: Session | null): SessionView | null {
  if (stored !== seeCurrent) return parse<SessionView>(stored)
  return current?.id === id ? sessionViewOf(current) : null
}

/** The views of sessions, without those of unknown ids. */
export async function readSessionViews(
  redis: RedisClient,
  stream: string,
  ids: readonly string[],
): Promise<readonly SessionView[]> {
  const { sessions } = keysOf(stream)
  const stored = await orUnavailable(hmget(redis, sessions, ids))
  const open = await readOpen(
    redis,
    stream,
    ids.filter((_, i) => stored[i] === seeCurrent),
  )
  return ids.flatMap((id, i) => open.get(id) ?? parse<SessionView>(stored[i]) ?? [])
}

/** The views of sessions that were open a moment ago. */
async function readOpen(
  redis: RedisClient,
  stream: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, SessionView>> {
  const { current, sessions } = keysOf(stream)
  const found = await orUnavailable(hmget(redis, current, ids.map(sessionKeyOf)))
  const views = new Map<string, SessionView>()
  for (const [i, id] of ids.entries()) {
    // A session whose number was used again meanwhile has ended, and its view is stored.
    const view =
      decodeView(id, seeCurrent, parse<Session>(found[i])) ??
      parse<SessionView>(await orUnavailable(redis.hget(sessions, id)))
    if (view) views.set(id, view)
  }
  return views
}

import type { StreamQueries } from '../streams/ports.ts'
import type { SessionView } from '../streams/session-view.ts'

/** A session's number as it is in its id: recordings of one number may share uploads. */
const numberOf = (session: string): string => session.split('.', 1)[0] ?? session

/** Ids of the uploads that other recordings of a session's number need; `views` are a stream's sessions that share any. */
export const neededByOthers = (views: readonly SessionView[], session: string): ReadonlySet<string> =>
  new Set(
    views
      .filter(({ id }) => id !== session && numberOf(id) === numberOf(session))
      .flatMap(({ shared = [] }) => shared),
  )

/** Ids of the uploads that other recordings of a session's number need, from the index. Throws `Unavailable`. */
export async function readNeeded(
  index: Pick<StreamQueries, 'sessions' | 'sessionViews'>,
  stream: string,
  session: string,
): Promise<ReadonlySet<string>> {
  const ids = (await index.sessions(stream)) ?? []
  const others = ids.filter((id) => id !== session && numberOf(id) === numberOf(session))
  return neededByOthers(await index.sessionViews(stream, others), session)
}

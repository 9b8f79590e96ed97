import type { StreamQueries } from '../streams/ports.ts'
import { sessionKeyOf } from '../validation/state.ts'

/** Whether two ids are of different recordings of one session number; such recordings may share uploads. */
export const areOfOneNumber = (one: string, other: string): boolean =>
  one !== other && sessionKeyOf(one) === sessionKeyOf(other)

/** Ids of the uploads that other recordings of a session's number need, from the index. Throws `Unavailable`. */
export async function readNeeded(
  index: Pick<StreamQueries, 'sessions' | 'sessionViews'>,
  stream: string,
  session: string,
): Promise<ReadonlySet<string>> {
  const ids = (await index.sessions(stream)) ?? []
  const others = ids.filter((id) => areOfOneNumber(id, session))
  const views = await index.sessionViews(stream, others)
  return new Set(views.flatMap(({ shared = [] }) => shared))
}

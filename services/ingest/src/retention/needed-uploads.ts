import type { JudgedUpload } from '../indexing/judged-upload.ts'
import type { StreamQueries } from '../streams/ports.ts'
import { sessionIn } from '../validation/object-name.ts'
import { sessionKeyOf } from '../validation/state.ts'

/** Whether two ids are of different recordings of one session number; such recordings may share uploads. */
export const areOfOneNumber = (one: string, other: string): boolean =>
  one !== other && sessionKeyOf(one) === sessionKeyOf(other)

/**
 * Ids of the uploads of a session that other recordings of its number need or, with null, of the uploads without a session
 * that sessions need; from the index. `own` are the uploads that are asked about. Throws `Unavailable`.
 */
export async function readNeeded(
  index: Pick<StreamQueries, 'sessions' | 'sessionViews'>,
  stream: string,
  session: string | null,
  own: readonly JudgedUpload[],
): Promise<ReadonlySet<string>> {
  const mayNeed = session === null ? mayNeedInits(own) : (id: string) => areOfOneNumber(id, session)
  if (mayNeed === null) return new Set()
  const ids = (await index.sessions(stream)) ?? []
  const views = await index.sessionViews(stream, ids.filter(mayNeed))
  return new Set(views.flatMap(({ shared = [] }) => shared))
}

/** Which sessions may need some of these uploads: those in whose folders init segments are; null for none. */
function mayNeedInits(uploads: readonly JudgedUpload[]): ((session: string) => boolean) | null {
  const inits = uploads.filter(({ upload }) => upload.kind === 'init')
  const keys = new Set(inits.map(({ upload }) => sessionIn(upload.path)))
  return keys.size === 0 ? null : (session) => keys.has(sessionKeyOf(session))
}

import type { Context } from '../evaluation.ts'
import { maxTracks } from '../limits.ts'
import type { Session, State, Track } from '../state.ts'
import { textDigest } from '../tracks/track-names.ts'

/** Ids that `sentAgain` has at most: for each track a playlist and an init segment. */
const maxSentAgain = 2 * maxTracks
/** Ids that `shared` has at most: those, and an init segment of each track. */
const maxShared = maxSentAgain + maxTracks

/**
 * `sentAgain` of a session after one more upload. A device that restarts sends its manifests and init segments once more
 * before its first segment. The recording before is still open then, so that they count to that one, but the new recording
 * needs them, too.
 */
export function sentAgainAfter(
  { sentAgain }: Session,
  { upload, inspection, name, previous }: Context,
): Session['sentAgain'] {
  if (upload.kind === 'segment' || name.kind === 'segment' || inspection?.media) return undefined
  if (!upload.whole || (previous === null && !upload.part)) return sentAgain
  const path = textDigest(upload.path)
  const isFull = sentAgain !== undefined && Object.keys(sentAgain).length >= maxSentAgain
  return isFull && !Object.hasOwn(sentAgain, path) ? sentAgain : { ...sentAgain, [path]: upload.id }
}

/** The uploads of a recording that the one after it needs, whose tracks begin with those init segments. */
export function sharedWithNext({ sentAgain }: Session, tracks: readonly Track[]): Session['shared'] {
  const ids = new Set([
    ...Object.values(sentAgain ?? {}),
    ...tracks.flatMap(({ initUpload }) => initUpload ?? []),
  ])
  return ids.size > 0 ? [...ids] : undefined
}

/** The state where a recording needs one more upload that does not belong to it. */
export function withShared(state: State, id: string, upload: string): State {
  const session = Object.values(state.sessions).find((one) => one.id === id)
  const shared = session?.shared ?? []
  if (!session || shared.length >= maxShared || shared.includes(upload)) return state
  const next: Session = { ...session, shared: [...shared, upload] }
  return { ...state, sessions: { ...state.sessions, [next.key]: next } }
}

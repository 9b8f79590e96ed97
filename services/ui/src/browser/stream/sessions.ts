import type { SessionState } from '../api/types.ts'

/** The sessions of a stream. */
export interface Sessions {
  take(changed: readonly SessionState[]): void
  /** All sessions in the order in which they began. */
  all(): readonly SessionState[]
  at(key: string): SessionState | null
  /** Key of the chosen session, or of the newest that can be played; null when there is none. */
  toPlay(chosen: string | null): string | null
  /** Kind of a track, from its init segment in the newest session that has one; null when there is none. */
  kindOf(track: string): 'video' | 'audio' | null
}

export function createSessions(): Sessions {
  const byKey = new Map<string, SessionState>()
  let inOrder: readonly SessionState[] = []
  return {
    take(changed) {
      for (const session of changed) byKey.set(session.key, session)
      if (changed.length > 0)
        inOrder = [...byKey.values()].sort((a, b) => a.first_at.localeCompare(b.first_at))
    },
    all: () => inOrder,
    at: (key) => byKey.get(key) ?? null,
    toPlay: (chosen) => chosen ?? (inOrder.findLast(mayPlay) ?? inOrder.at(-1))?.key ?? null,
    kindOf(track) {
      for (const session of inOrder.toReversed()) {
        const found = session.tracks.find(({ name }) => name === track)
        if (found?.kind === 'video' || found?.kind === 'audio') return found.kind
      }
      return null
    },
  }
}

/**
 * Whether a session can be played. The server's `playable` is not enough: after a restart of the device it is false
 * until the next new segment.
 */
export const mayPlay = ({ playable, tracks }: SessionState): boolean =>
  playable || tracks.some(({ encrypted, segments, kind }) => !encrypted && segments > 0 && kind !== null)

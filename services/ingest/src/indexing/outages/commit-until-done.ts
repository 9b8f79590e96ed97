import type { PassScheduler } from '../pass-scheduler.ts'
import type { Cursors, IndexPosition, Position } from '../ports.ts'

interface CommitDeps {
  readonly passes: Pick<PassScheduler, 'retry'>
  readonly index: Pick<IndexPosition, 'position'>
}

/** The position after the commit; null when another process has moved the index meanwhile. */
export type CommitUntilDone = (
  stream: string,
  cursors: Cursors,
  commit: () => Promise<Position | null>,
) => Promise<Position | null>

/**
 * Repeats a commit until Redis responds, because the results of one whose response was lost are known to this process
 * alone. A Redis that hangs runs such a commit when it goes on.
 */
export function commitsUntilDone({ passes, index }: CommitDeps): CommitUntilDone {
  return (stream, cursors, commit) => {
    let isRetry = false
    return passes.retry(stream, async () => {
      const mayBeCommitted = isRetry
      isRetry = true
      const after = await commit()
      if (after || !mayBeCommitted) return after
      const moved = await index.position(stream)
      return isPast(moved, cursors) ? moved : null
    })
  }
}

const isPast = (position: Position, cursors: Cursors): boolean =>
  Object.entries(cursors).every(([journal, offset]) => (position.cursors[journal] ?? 0) >= offset)

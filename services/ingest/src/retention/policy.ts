import type { UploadsRemoval } from '../uploads/upload.ts'

/** When ended sessions are removed; 0 stands for no such rule. */
export interface RetentionPolicy {
  /** Removes sessions whose newest object is older. */
  readonly maxAgeMs: number
  /** Removes the oldest sessions while more bytes than this are stored. */
  readonly maxBytes: number
  /** Removes the oldest sessions while fewer bytes than this are free on the disk. */
  readonly minFreeBytes: number
}

/** A session that has ended, or the uploads of a stream that belong to no session. */
export interface EndedSession {
  readonly stream: string
  /** Null for uploads that belong to none. */
  readonly session: string | null
  /** When its newest object was received, in Unix milliseconds. */
  readonly lastObjectMs: number
  readonly uploads: number
  readonly bytes: number
}

/** A session that retention is to remove, and the rule that it breaks. */
export interface SessionRemoval extends EndedSession {
  readonly reason: UploadsRemoval['reason']
}

/** What is stored, and how much of the disk is left. */
interface Stock {
  readonly ended: readonly EndedSession[]
  readonly storedBytes: number
  readonly freeBytes: number
  readonly nowMs: number
}

export const hasRule = ({ maxAgeMs, maxBytes, minFreeBytes }: RetentionPolicy): boolean =>
  maxAgeMs + maxBytes + minFreeBytes > 0

/** What has to go, oldest first; each with the first rule that it breaks. */
export function planRetention(policy: RetentionPolicy, stock: Stock): readonly SessionRemoval[] {
  const { maxAgeMs, maxBytes, minFreeBytes } = policy
  const oldestFirst = stock.ended.toSorted((a, b) => a.lastObjectMs - b.lastObjectMs)
  const plan: SessionRemoval[] = []
  let freed = 0
  for (const session of oldestFirst) {
    const reason = reasonFor(session)
    if (reason === null) break
    plan.push({ ...session, reason })
    freed += session.bytes
  }
  return plan

  function reasonFor({ lastObjectMs }: EndedSession): UploadsRemoval['reason'] | null {
    if (maxAgeMs > 0 && stock.nowMs - lastObjectMs > maxAgeMs) return 'age'
    if (maxBytes > 0 && stock.storedBytes - freed > maxBytes) return 'bytes'
    return minFreeBytes > 0 && stock.freeBytes + freed < minFreeBytes ? 'free' : null
  }
}

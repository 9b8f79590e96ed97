import type { Logger } from '@pushav/shared/logger.ts'
import type { EndedSessionSearch } from './find-ended.ts'
import { hasRule, planRetention, type RetentionPolicy, type SessionRemoval } from './policy.ts'
import type { RemovedAmount, RemoveSession } from './remove-session.ts'

interface RetentionDeps {
  readonly policy: RetentionPolicy
  readonly findEnded: EndedSessionSearch
  readonly removeSession: RemoveSession
  /** Free bytes where uploads are kept. */
  readonly freeBytes: () => Promise<number>
  /** Called for each session of which something was removed. */
  readonly report: ReportRemoval
  readonly idleMs: number
  /** Null: nothing is ever removed, and `plan` says what would go. */
  readonly intervalMs: number | null
  readonly log: Logger
  readonly now: () => Date
}

export type ReportRemoval = (removal: SessionRemoval, removed: RemovedAmount) => void

/** What is stored, and what a pass would remove now. */
export interface RetentionPlan {
  readonly storedBytes: number
  readonly freeBytes: number
  readonly removals: readonly SessionRemoval[]
}

/** Removes what the policy no longer wants, at intervals. */
export interface Retention extends AsyncDisposable {
  /** What would go, without removing it. Throws `Unavailable` and the system's errors. */
  plan(): Promise<RetentionPlan>
  /** Starts a pass now unless one runs or the rules are not applied; resolves when it is over. Never rejects. */
  run(): Promise<void>
}

export function startRetention(deps: RetentionDeps): Retention {
  const { policy, findEnded, removeSession, freeBytes, report, idleMs, intervalMs, log, now } = deps
  let running: Promise<void> | null = null
  let isClosed = false
  const isOn = hasRule(policy) && intervalMs !== null
  const timer = isOn ? setInterval(() => void run(), intervalMs).unref() : undefined

  return {
    plan,
    run,
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      isClosed = true
      await running
    },
  }

  async function plan(): Promise<RetentionPlan> {
    const nowMs = now().getTime()
    const [{ ended, storedBytes }, free] = await Promise.all([findEnded(nowMs), freeBytes()])
    const removals = planRetention(policy, { ended, storedBytes, freeBytes: free, nowMs })
    return { storedBytes, freeBytes: free, removals }
  }

  function run(): Promise<void> {
    if (isClosed || !isOn) return Promise.resolve()
    running ??= pass()
      .catch((error) => log.warn({ error }, 'retention will try again'))
      .finally(() => {
        running = null
      })
    return running
  }

  async function pass(): Promise<void> {
    if (await isRoomy()) return
    for (const removal of (await plan()).removals) {
      if (isClosed) return
      const beforeMs = now().getTime() - (removal.reason === 'age' ? policy.maxAgeMs : idleMs)
      // By the plan the newest object is old enough; a clock that was set back since must not keep the session.
      const removed = await removeSession(removal, Math.max(beforeMs, removal.lastObjectMs))
      if (removed.uploads > 0) report(removal, removed)
    }
  }

  /** Where free space is the only rule, one system call says that nothing has to go. */
  async function isRoomy(): Promise<boolean> {
    const { maxAgeMs, maxBytes, minFreeBytes } = policy
    return maxAgeMs + maxBytes === 0 && (await freeBytes()) >= minFreeBytes
  }
}

import type { Logger } from '@pushav/shared/logger.ts'
import { sleep } from '../lib/sleep.ts'
import type { InstanceLocks } from './ports.ts'

const intervalMs = 5_000

interface TakeOverDeps {
  readonly locks: InstanceLocks
  /** Commits what an instance was receiving when it died; returns how many uploads that were. */
  readonly recoverUploads: (instance: string) => Promise<number>
  /** Indexes the lines of all journals that no process has indexed. */
  readonly catchUp: () => Promise<void>
  readonly log: Logger
}

/**
 * Looks at once and then every five seconds for ingest processes that are gone. It commits the bodies that they were
 * receiving as cut off, and indexes the lines of their journals; a process that comes back under its name does the same
 * for itself at its start. Disposal ends that.
 */
export function startTakeOver({ locks, recoverUploads, catchUp, log }: TakeOverDeps): AsyncDisposable {
  const closing = new AbortController()
  // While Redis is down, catching up does not end before the indexer does.
  const closed = Promise.withResolvers<void>()
  const running = run()
  return {
    async [Symbol.asyncDispose]() {
      closing.abort()
      closed.resolve()
      await running
    },
  }

  async function run(): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        if (await takeOverAll()) await Promise.race([catchUp(), closed.promise])
      } catch (error) {
        log.warn({ error }, 'what an ingest process left behind has to wait')
      }
      await sleep(intervalMs, closing.signal)
    }
  }

  /** Whether any process was gone. */
  async function takeOverAll(): Promise<boolean> {
    let isAnyGone = false
    for (const instance of await locks.others()) {
      // Locked for the bodies alone: a process that comes back under this name waits for the lock.
      using gone = await locks.lock(instance)
      if (!gone) continue
      const recovered = await recoverUploads(instance)
      await gone.settle()
      log.info({ instance, recovered }, 'took over from an ingest process that is gone')
      isAnyGone = true
    }
    return isAnyGone
  }
}

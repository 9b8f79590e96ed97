import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Locks a file until disposal or the end of this process; null when another process holds the lock. Throws when the
 * file cannot be created. Node has no file locks, but SQLite has, and the kernel releases them however a process ends.
 */
export function tryLock(file: string): Disposable | null {
  const database = new DatabaseSync(file, { timeout: 0 })
  try {
    database.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return { [Symbol.dispose]: () => database.close() }
  } catch (error) {
    database.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === sqliteBusy) return null
    throw error
  }
}

/**
 * Waits until no other process holds the lock; null when one still does after `waitMs`. Throws what `tryLock` throws.
 */
export async function waitForLock(file: string, waitMs: number): Promise<Disposable | null> {
  const deadline = performance.now() + waitMs
  for (;;) {
    const lock = tryLock(file)
    if (lock || performance.now() >= deadline) return lock
    await sleep(pollMs)
  }
}

/**
 * Runs the task while this process holds the lock. Throws an error when another process holds it for 30 seconds, and
 * what `tryLock` and the task throw.
 */
export async function withFileLock<Result>(file: string, task: () => Promise<Result>): Promise<Result> {
  using lock = await waitForLock(file, maxWaitMs)
  if (!lock) throw new Error(`another process keeps ${file} locked`)
  return await task()
}

const maxWaitMs = 30_000
const sqliteBusy = 5
const pollMs = 20

import { withFileLock } from '@pushav/shared/lib/file-lock.ts'
import { createKeyedMutex, type KeyedMutex } from '@pushav/shared/lib/keyed-mutex.ts'

const stripes = 16

/**
 * A mutex between all ingest processes: tasks of one key run one after the other, whichever processes they run in. Its
 * lock files are `<prefix><number>.lock`; some keys share one, so a task may not run another one under the same prefix.
 * Throws what the task throws, and what `withFileLock` throws.
 */
export function createFileMutex(prefix: string): KeyedMutex {
  // Within a process no task polls for the lock of another one.
  const runHere = createKeyedMutex()
  return function runExclusively(key, task) {
    const stripe = String(stripeOf(key))
    return runHere(stripe, () => withFileLock(`${prefix}${stripe}.lock`, task))
  }
}

const stripeOf = (key: string): number =>
  Array.from(key).reduce((hash, character) => (hash * 31 + character.charCodeAt(0)) % stripes, 0)

import { DatabaseSync } from 'node:sqlite'

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

const sqliteBusy = 5

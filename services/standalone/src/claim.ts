import { DatabaseSync } from 'node:sqlite'

/**
 * Takes a file for this process alone, or returns null when another one has it. Node offers no file
 * locks, but SQLite does: the kernel gives them back however the process ends.
 */
export function claim(file: string): Disposable | null {
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

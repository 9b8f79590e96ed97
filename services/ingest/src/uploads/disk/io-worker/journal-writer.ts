import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { createLru } from '@pushav/shared/lib/lru.ts'
import { writeAll } from './file-steps.ts'

const maxOpen = 256

interface Journal {
  readonly file: number
  size: number
}

/** Appends lines to a journal in one write; the journal's size in bytes after each of them. */
type AppendLines = (path: string, lines: readonly string[]) => readonly number[]

/** Keeps the journals open that were written to last. Throws the system's error; then it opens the journal anew. */
export function createJournalWriter(): AppendLines {
  const journals = createLru<string, Journal>(maxOpen, ({ file }) => closeSync(file))

  return function appendLines(path, lines) {
    const journal = journals.get(path) ?? open(path)
    const bytes = lines.map((line) => Buffer.from(line))
    try {
      writeAll(journal.file, Buffer.concat(bytes))
    } catch (error) {
      journals.delete(path)
      closeSync(journal.file)
      throw error
    }
    return bytes.map(({ length }) => {
      journal.size += length
      return journal.size
    })
  }

  function open(path: string): Journal {
    const journal = openJournal(path)
    journals.set(path, journal)
    return journal
  }
}

function openJournal(path: string): Journal {
  const file = openSync(path, 'a+')
  try {
    const { size } = fstatSync(file)
    const last = Buffer.alloc(1)
    if (size > 0) readSync(file, last, 0, 1, size - 1)
    const isTorn = size > 0 && last.toString() !== '\n'
    if (isTorn) writeAll(file, Buffer.from('\n'))
    return { file, size: isTorn ? size + 1 : size }
  } catch (error) {
    closeSync(file)
    throw error
  }
}

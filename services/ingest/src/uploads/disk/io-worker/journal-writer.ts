import { closeSync, fdatasyncSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs'
import { dirname } from 'node:path'
import { createLru } from '@pushav/shared/lib/lru.ts'
import { syncPath, writeAll } from './file-steps.ts'
import type { Durability } from './transaction.ts'

const maxOpen = 256

interface Journal {
  readonly file: number
  size: number
}

/** Appends lines to a journal in one write; the journal's size in bytes after each of them. */
type AppendLines = (path: string, lines: readonly string[]) => readonly number[]

/**
 * Keeps the journals open that were written to last. Throws the system's error; then none of the lines is in the
 * journal, and it opens the journal anew.
 */
export function createJournalWriter(durability: Durability): AppendLines {
  const journals = createLru<string, Journal>(maxOpen, ({ file }) => closeSync(file))

  return function appendLines(path, lines) {
    const journal = journals.get(path) ?? open(path)
    const bytes = lines.map((line) => Buffer.from(line))
    try {
      writeAll(journal.file, Buffer.concat(bytes))
      if (durability === 'power') fdatasyncSync(journal.file)
    } catch (error) {
      journals.delete(path)
      undo(journal)
      throw error
    }
    return bytes.map(({ length }) => {
      journal.size += length
      return journal.size
    })
  }

  function open(path: string): Journal {
    const journal = openJournal(path)
    if (durability === 'power' && journal.size === 0) syncPath(dirname(path))
    journals.set(path, journal)
    return journal
  }
}

/** A full disk may have taken some of the lines, whose bodies go. */
function undo({ file, size }: Journal): void {
  try {
    ftruncateSync(file, size)
  } finally {
    closeSync(file)
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

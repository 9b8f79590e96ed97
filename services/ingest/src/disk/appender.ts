import type { FileHandle } from 'node:fs/promises'

const maxOpenFiles = 256

/** Appends lines to files named by a key. */
export interface Appender {
  /** Resolves when the line is written. Lines of one key are written in the order of the calls. */
  line(key: string, line: string): Promise<void>
  close(): Promise<void>
}

/** Lines that come while a write is under way go out together in the next one. */
export function createAppender(openFile: (key: string) => Promise<FileHandle>): Appender {
  const files = new Map<string, Growing>()
  return {
    line(key, line) {
      const file = files.get(key) ?? growing(() => openFile(key))
      files.delete(key)
      files.set(key, file)
      closeOldest(files)
      return file.line(line)
    },
    async close() {
      await Promise.all([...files.values()].map((file) => file.close()))
    },
  }
}

function closeOldest(files: Map<string, Growing>): void {
  if (files.size <= maxOpenFiles) return
  for (const [key, file] of files) {
    if (!file.isIdle()) continue
    files.delete(key)
    void file.close()
    return
  }
}

interface Growing {
  line(line: string): Promise<void>
  isIdle(): boolean
  close(): Promise<void>
}

function growing(openFile: () => Promise<FileHandle>): Growing {
  let file: Promise<FileHandle> | null = null
  let next: Batch | null = null
  let writing = Promise.resolve()
  let pending = 0

  return {
    async line(line) {
      next ??= startBatch()
      next.lines.push(line)
      pending++
      await next.written.finally(() => pending--)
    },
    isIdle: () => pending === 0,
    async close() {
      await writing
      await (await file)?.close()
    },
  }

  function startBatch(): Batch {
    const lines: string[] = []
    const written = writing.then(() => {
      next = null
      return write(`${lines.join('\n')}\n`)
    })
    writing = written.catch(reopen)
    return { lines, written }
  }

  async function write(text: string): Promise<void> {
    file ??= openFile()
    await (await file).appendFile(text)
  }

  /** A failed write may have left half a line; opening anew mends it. */
  async function reopen(): Promise<void> {
    const broken = file
    file = null
    await broken?.then((opened) => opened.close()).catch(() => undefined)
  }
}

interface Batch {
  readonly lines: string[]
  readonly written: Promise<void>
}

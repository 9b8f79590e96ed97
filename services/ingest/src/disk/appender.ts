import { coalesce } from '../use-cases/coalesce.ts'

const maxOpenFiles = 256

/** Appends lines to files named by a key. */
export interface Appender<Line> {
  /** Resolves when the line is written. Lines of one key are written in the order of the calls. */
  line(key: string, line: Line): Promise<void>
  close(): Promise<void>
}

/** An open file. After a failed write it may end in half a line; it is opened anew. */
export interface Appendable<Line> {
  append(lines: readonly Line[]): Promise<void>
  close(): Promise<void>
}

/** Lines that come while a write is under way go out together in the next one. */
export function createAppender<Line>(openFile: (key: string) => Promise<Appendable<Line>>): Appender<Line> {
  const files = new Map<string, Growing<Line>>()
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

function closeOldest<Line>(files: Map<string, Growing<Line>>): void {
  if (files.size <= maxOpenFiles) return
  for (const [key, file] of files) {
    if (!file.isIdle()) continue
    files.delete(key)
    void file.close()
    return
  }
}

interface Growing<Line> {
  line(line: Line): Promise<void>
  isIdle(): boolean
  close(): Promise<void>
}

function growing<Line>(openFile: () => Promise<Appendable<Line>>): Growing<Line> {
  let file: Promise<Appendable<Line>> | null = null
  let last: Promise<unknown> = Promise.resolve()
  let pending = 0
  const append = coalesce(write)

  return {
    async line(line) {
      pending++
      const written = append([line])
      last = written.catch(() => undefined)
      await written.finally(() => pending--)
    },
    isIdle: () => pending === 0,
    async close() {
      await last
      await (await file)?.close()
    },
  }

  async function write(lines: readonly Line[]): Promise<void> {
    try {
      file ??= openFile()
      await (await file).append(lines)
    } catch (error) {
      await reopen()
      throw error
    }
  }

  /** A failed write may have left half a line; opening anew mends it. */
  async function reopen(): Promise<void> {
    const broken = file
    file = null
    await broken?.then((opened) => opened.close()).catch(() => undefined)
  }
}

import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { errorCode, nullIfAbsent } from '@pushav/shared/lib/error-code.ts'
import { createLru } from '@pushav/shared/lib/lru.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import { isStreamId } from '@pushav/shared/paths.ts'
import { exists } from '../../lib/disk/exists.ts'
import { linesIn } from '../journal-entry.ts'
import { JournalCutShort, type JournalLines, type LocalJournals } from '../ports.ts'
import type { JournalEntry } from '../upload.ts'
import { createIoWorker, type IoWorker } from './io-worker/io-worker.ts'
import type { Append } from './io-worker/transaction.ts'
import { createRecentLines, type RecentLines } from './recent-lines.ts'

const readBytes = 1_048_576
/** Streams whose newest journal lines are in memory. */
const maxRecent = 256
/** Streams that this process remembers to exist. */
const maxExisting = 65_536

export interface DiskJournals extends LocalJournals {
  /** The step that appends an entry's line to this instance's journal. */
  lineOf(stream: string, entry: JournalEntry): Append
  /**
   * Keeps a line for the next `read`, once it is written and the journal has the size `end`; in the order of the lines,
   * so right behind the promise of `disk.run`.
   */
  remember(stream: string, entry: JournalEntry, written: Append, end: number): void
}

/** `journals/<stream>/<instance>.ndjson`: one line per fact. The folders are the list of streams. */
export async function diskJournals(
  workingDirectory: string,
  instance: string,
  log: Logger,
  disk: IoWorker = createIoWorker(),
): Promise<DiskJournals> {
  const root = join(workingDirectory, 'journals')
  await mkdir(root, { recursive: true })
  const own = `${instance}.ndjson`
  const recent = createLru<string, RecentLines>(maxRecent)
  const existing = createLru<string, true>(maxExisting)
  // Looked up once, because there may be very many streams. Ids that other instances gave meanwhile are found by trying.
  let newestStream = 0

  return {
    own,
    isComplete: true,
    async create() {
      if (newestStream === 0) newestStream = Math.max(newestStream, await newestId(root))
      let id = ++newestStream
      while (!(await makeStream(root, id))) id = ++newestStream
      await makeUploads(String(id))
      return String(id)
    },
    async adopt(stream) {
      if (!(await makeStream(root, Number(stream))) && !(await exists(join(root, stream)))) return false
      await makeUploads(stream)
      return true
    },
    streams: async () => (await idsIn(root)).map(String),
    async has(stream) {
      if (existing.get(stream)) return true
      const isThere = isStreamId(stream) && (await exists(join(root, stream)))
      if (isThere) existing.set(stream, true)
      return isThere
    },
    async of(stream) {
      if (!isStreamId(stream)) return []
      const names = await readdir(join(root, stream)).catch(nullIfAbsent)
      return (names ?? []).filter((name) => name.endsWith('.ndjson'))
    },
    async remove(stream) {
      existing.delete(stream)
      recent.delete(stream)
      await rename(join(root, stream), join(root, `${stream}${deletedMark}`)).catch(nullIfAbsent)
    },
    async beingRemoved() {
      const marked = await deletedIn(root)
      const contents = await Promise.all(marked.map((id) => readdir(join(root, `${id}${deletedMark}`))))
      return marked.filter((_id, i) => contents[i]?.length)
    },
    async removed(stream) {
      const folder = join(root, `${stream}${deletedMark}`)
      for (const name of await readdir(folder)) await rm(join(folder, name), { force: true })
    },
    append,
    lineOf,
    remember,
    read,
    async readBytes(stream, journal, from) {
      await using file = await open(join(root, stream, journal)).catch(nullIfAbsent)
      return file
        ? await wholeLines(file, from, await sizeFrom(file, stream, journal, from))
        : Buffer.alloc(0)
    },
  }

  async function makeUploads(stream: string): Promise<void> {
    const uploads = join(workingDirectory, 'uploads', stream)
    await mkdir(uploads, { recursive: true })
    await Promise.all([join(root, stream), uploads].map((moved) => disk.run({ moved })))
  }

  async function append(stream: string, entry: JournalEntry): Promise<void> {
    const line = lineOf(stream, entry)
    remember(stream, entry, line, await disk.run({ append: line }))
  }

  function lineOf(stream: string, entry: JournalEntry): Append {
    return { path: `${root}/${stream}/${own}`, line: `${JSON.stringify(entry)}\n` }
  }

  function remember(stream: string, entry: JournalEntry, { line }: Append, end: number): void {
    const cached = recent.get(stream)
    const lines = cached ?? createRecentLines(end - Buffer.byteLength(line))
    lines.add(entry, end)
    if (!cached) recent.set(stream, lines)
  }

  async function read(stream: string, journal: string, from: number): Promise<JournalLines> {
    const cached = journal === own ? recent.get(stream)?.from(from) : null
    if (cached) return cached
    await using file = await open(join(root, stream, journal)).catch(nullIfAbsent)
    if (!file) return { lines: [], next: from, isEnd: true }
    const size = await sizeFrom(file, stream, journal, from)
    const text = await wholeLines(file, from, size)
    return { lines: linesIn(text, from, log), next: from + text.length, isEnd: from + readBytes >= size }
  }
}

/** An empty folder called `<id>.deleted` stays, so that no later stream gets the id that a device may still push to. */
export const deletedMark = '.deleted'

async function deletedIn(root: string): Promise<string[]> {
  const names = await readdir(root)
  return names
    .filter((name) => name.endsWith(deletedMark))
    .map((name) => name.slice(0, -deletedMark.length))
    .filter(isStreamId)
}

async function idsIn(root: string): Promise<number[]> {
  const names = await readdir(root)
  return names
    .filter(isStreamId)
    .map(Number)
    .sort((a, b) => a - b)
}

async function newestId(root: string): Promise<number> {
  const [ids, deleted] = await Promise.all([idsIn(root), deletedIn(root)])
  return Math.max(
    ids.at(-1) ?? 0,
    deleted.map(Number).reduce((a, b) => Math.max(a, b), 0),
  )
}

/** False when there is, or was, a stream of that id. */
async function makeStream(root: string, id: number): Promise<boolean> {
  const folder = join(root, String(id))
  const mark = `${folder}${deletedMark}`
  if ((await exists(mark)) || !(await makeFolder(folder))) return false
  // Another instance may have removed it just now.
  const wasDeleted = await exists(mark)
  if (wasDeleted) await rmdir(folder)
  return !wasDeleted
}

async function makeFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

/** The size of a journal that is read from a byte offset on. Throws where it ends before that. */
async function sizeFrom(file: FileHandle, stream: string, journal: string, from: number): Promise<number> {
  const { size } = await file.stat()
  if (size < from) throw new JournalCutShort(`${journal} of stream ${stream} ends at ${size}, before ${from}`)
  return size
}

async function wholeLines(file: FileHandle, from: number, size: number): Promise<Buffer> {
  const bytes = Buffer.alloc(Math.min(readBytes, Math.max(0, size - from)))
  const { bytesRead } = await file.read(bytes, 0, bytes.length, from)
  return bytes.subarray(0, bytes.subarray(0, bytesRead).lastIndexOf('\n') + 1)
}

import { access, type FileHandle, mkdir, open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from '@pushav/shared/logger.ts'
import type { JournalEntry } from '../domain/upload.ts'
import type { Journals } from '../use-cases/ports.ts'
import { createAppender } from './appender.ts'

const readBytes = 1_048_576

/** `journals/<stream>/<instance>.ndjson`: one line per fact. The folders are the list of streams. */
export async function diskJournals(
  workingDirectory: string,
  instance: string,
  log: Logger,
): Promise<Journals & AsyncDisposable> {
  const root = join(workingDirectory, 'journals')
  await mkdir(root, { recursive: true })
  const own = `${instance}.ndjson`
  const append = createAppender((stream) => openJournal(join(root, stream, own)))
  const known = new Set<string>()

  return {
    own,
    async create() {
      let id = Math.max(0, ...(await idsIn(root))) + 1
      while (!(await makeFolder(join(root, String(id))))) id++
      await mkdir(join(workingDirectory, 'uploads', String(id)), { recursive: true })
      return String(id)
    },
    streams: async () => (await idsIn(root)).map(String),
    async has(stream) {
      if (known.has(stream)) return true
      const exists =
        isId(stream) &&
        (await access(join(root, stream)).then(
          () => true,
          () => false,
        ))
      if (exists) known.add(stream)
      return exists
    },
    async of(stream) {
      const names = (await readdir(join(root, stream))).filter((name) => name.endsWith('.ndjson'))
      return names.length > 1 ? inOrderOfBeginning(stream, names) : names
    },
    append: (stream, entry) => append.line(stream, JSON.stringify(entry)),
    read,
    [Symbol.asyncDispose]: () => append.close(),
  }

  async function read(stream: string, journal: string, from: number) {
    await using file = await open(join(root, stream, journal)).catch(absent)
    if (!file) return { entries: [], next: from }
    const text = await wholeLines(file, from)
    return { entries: entriesIn(text, log), next: from + text.length }
  }

  /** The journal that holds a stream's creation comes first, whatever the instances are called. */
  async function inOrderOfBeginning(stream: string, names: readonly string[]): Promise<string[]> {
    const begun = await Promise.all(
      names.map(async (name) => ({ name, at: beginningOf((await read(stream, name, 0)).entries[0]) })),
    )
    return begun.sort((a, b) => (a.at < b.at ? -1 : 1)).map(({ name }) => name)
  }
}

const beginningOf = (entry: JournalEntry | undefined): string =>
  (entry?.kind === 'upload' ? entry.upload.receivedAt : entry?.at) ?? ''

const isId = (name: string): boolean => /^[1-9]\d{0,15}$/.test(name)

async function idsIn(root: string): Promise<number[]> {
  const names = await readdir(root)
  return names
    .filter(isId)
    .map(Number)
    .sort((a, b) => a - b)
}

async function makeFolder(folder: string): Promise<boolean> {
  try {
    await mkdir(folder)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** A line that a crash tore off gets its end, so that it spoils no other. */
async function openJournal(path: string): Promise<FileHandle> {
  const file = await open(path, 'a+')
  const { size } = await file.stat()
  const lastByte = Buffer.alloc(1)
  if (size > 0) await file.read(lastByte, 0, 1, size - 1)
  if (size > 0 && lastByte.toString() !== '\n') await file.appendFile('\n')
  return file
}

async function wholeLines(file: FileHandle, from: number): Promise<Buffer> {
  const { size } = await file.stat()
  const bytes = Buffer.alloc(Math.min(readBytes, Math.max(0, size - from)))
  const { bytesRead } = await file.read(bytes, 0, bytes.length, from)
  return bytes.subarray(0, bytes.subarray(0, bytesRead).lastIndexOf('\n') + 1)
}

function entriesIn(text: Buffer, log: Logger): JournalEntry[] {
  const entries: JournalEntry[] = []
  for (const line of text.toString().split('\n')) {
    if (line === '') continue
    try {
      entries.push(JSON.parse(line) as JournalEntry)
    } catch {
      log.warn({ bytes: line.length }, 'passed over a torn journal line')
    }
  }
  return entries
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined
  throw error
}

import { constants } from 'node:fs'
import { copyFile, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { errorCode, nullIfAbsent } from '@pushav/shared/lib/error-code.ts'
import { replaceFile } from '@pushav/shared/lib/replace-file.ts'
import { isStreamId, uploadPath } from '@pushav/shared/paths.ts'
import { privateFolderMode } from '../../lib/disk/file-modes.ts'
import { forEachLimit } from '../../lib/for-each-limit.ts'
import { deletedMark } from '../../uploads/disk/journal-files.ts'
import type { JournalEntry } from '../../uploads/upload.ts'

/** What a backup holds once it is complete. */
export interface BackupSummary {
  readonly streams: number
  readonly uploads: number
  /** Bodies that had to be copied: the others are those of an earlier backup in the same folder. */
  readonly copied: number
  /** Uploads that a journal names and whose bodies are not there, neither removed nor on their way. */
  readonly missing: number
}

const copyConcurrency = 8
/** While a stream is copied, retention may remove some of its bodies: then its journals are copied again. */
const maxRounds = 5
const marker = 'backup.json'

/**
 * Copies all that is needed of a working directory, while ingest processes write to it: of each stream the journals
 * first, then the bodies that they name, which are there before their lines are, and never change. A backup into a
 * folder with an earlier one copies what is new and removes what is gone. Throws the system's errors, and an error with
 * a sentence where the folder is not fit.
 */
export async function copyWorkingDirectory(from: string, to: string): Promise<BackupSummary> {
  await assertFit(from, to)
  await rm(join(to, marker), { force: true })
  const totals = { streams: 0, uploads: 0, copied: 0, missing: 0 }
  for (const folder of ['journals', 'uploads']) await mkdir(join(to, folder), { recursive: true })
  const names = await readdir(join(from, 'journals'))
  for (const name of names.filter((one) => one.endsWith(deletedMark)))
    await mkdir(join(to, 'journals', name), { recursive: true })
  const streams = names.filter(isStreamId)
  for (const stream of await foldersIn(join(to, 'journals')))
    if (!names.includes(stream)) await removeStream(to, stream)
  for (const stream of streams) {
    const copy = await copyStream(from, to, stream)
    if (copy === null) continue
    totals.streams++
    totals.uploads += copy.uploads
    totals.copied += copy.copied
    totals.missing += copy.missing
  }
  // After the journals: what they name of certificates is there before their lines are.
  for (const folder of ['certs', 'access']) await copyTree(join(from, folder), join(to, folder))
  for (const name of (await readdir(from)).filter(isAuditLog)) await copy(join(from, name), join(to, name))
  await replaceFile(join(to, marker), JSON.stringify({ finished_at: new Date().toISOString(), ...totals }))
  return totals
}

const isAuditLog = (name: string): boolean => /^audit.*\.jsonl$/.test(name)

async function assertFit(from: string, to: string): Promise<void> {
  const [source, target] = [resolve(from) + sep, resolve(to) + sep]
  if (source.startsWith(target) || target.startsWith(source))
    throw new Error(`a backup needs a folder of its own, outside of ${from}: ${to}`)
  await mkdir(to, { recursive: true, mode: privateFolderMode })
  const found = await readdir(to)
  const isEarlier = found.includes(marker) || (found.includes('journals') && !found.includes('standalone'))
  if (found.length > 0 && !isEarlier)
    throw new Error(`a backup needs an empty folder, or one with an earlier backup: ${to}`)
}

/** Null where the stream was deleted meanwhile. */
async function copyStream(
  from: string,
  to: string,
  stream: string,
): Promise<Omit<BackupSummary, 'streams'> | null> {
  let copied = 0
  for (let round = 1; ; round++) {
    const uploads = await copyJournals(from, to, stream)
    if (uploads === null) {
      await removeStream(to, stream)
      await mkdir(join(to, 'journals', `${stream}${deletedMark}`), { recursive: true })
      return null
    }
    await mkdir(join(to, 'uploads', stream), { recursive: true })
    let missing = 0
    await forEachLimit([...uploads], copyConcurrency, async (upload) => {
      const outcome = await copyOnce(uploadPath(from, stream, upload), uploadPath(to, stream, upload))
      if (outcome === 'copied') copied++
      if (outcome === 'absent') missing++
    })
    await copyTree(join(from, 'inspections', stream), join(to, 'inspections', stream))
    if (missing > 0 && round < maxRounds) continue
    for (const name of await readdir(join(to, 'uploads', stream)))
      if (!uploads.has(name)) await rm(join(to, 'uploads', stream, name))
    return { uploads: uploads.size, copied, missing }
  }
}

/** The uploads that the copied lines name, without those that retention has removed; null for no such stream. */
async function copyJournals(from: string, to: string, stream: string): Promise<ReadonlySet<string> | null> {
  const folder = join(from, 'journals', stream)
  const names = await readdir(folder).catch(nullIfAbsent)
  if (!names) return null
  const [uploads, removed] = [new Set<string>(), new Set<string>()]
  await mkdir(join(to, 'journals', stream), { recursive: true })
  for (const name of names.filter((one) => one.endsWith('.json')))
    await copy(join(folder, name), join(to, 'journals', stream, name))
  for (const name of names.filter((one) => one.endsWith('.ndjson'))) {
    const bytes = await readFile(join(folder, name)).catch(nullIfAbsent)
    if (!bytes) return null
    const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1)
    await replaceFile(join(to, 'journals', stream, name), whole)
    for (const line of linesIn(whole)) {
      const entry = entryIn(line)
      if (entry?.kind === 'upload') uploads.add(entry.id)
      if (entry?.kind === 'uploads-removed') for (const id of entry.uploads) removed.add(id)
    }
  }
  for (const id of removed) uploads.delete(id)
  return uploads
}

function* linesIn(bytes: Buffer): Generator<string> {
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf('\n', start)
    yield bytes.toString('utf8', start, end)
    start = end + 1
  }
}

/** Null for a line that a crash has torn. */
function entryIn(line: string): JournalEntry | null {
  try {
    return JSON.parse(line) as JournalEntry
  } catch {
    return null
  }
}

/** Copies a file that never changes, unless it has been copied. */
async function copyOnce(from: string, to: string): Promise<'copied' | 'there' | 'absent'> {
  const source = await stat(from).catch(nullIfAbsent)
  if (!source) return 'absent'
  if ((await stat(to).catch(nullIfAbsent))?.size === source.size) return 'there'
  const isCopied = await copy(from, to)
  return isCopied ? 'copied' : 'absent'
}

/** Copies a folder and what is in it, without files in the making. */
async function copyTree(from: string, to: string): Promise<void> {
  const entries = (await readdir(from, { withFileTypes: true }).catch(nullIfAbsent)) ?? []
  if (entries.length > 0) await mkdir(to, { recursive: true })
  for (const entry of entries) {
    const { name } = entry
    if (entry.isDirectory()) await copyTree(join(from, name), join(to, name))
    else if (entry.isFile() && !name.startsWith('.new-')) await copy(join(from, name), join(to, name))
  }
}

/** False where there is no such file, or no longer; a file that could not be copied whole is not in its place. */
async function copy(from: string, to: string): Promise<boolean> {
  const fresh = `${to}.new`
  try {
    await copyFile(from, fresh, constants.COPYFILE_FICLONE)
    await using file = await open(fresh)
    await file.sync()
    await rename(fresh, to)
    return true
  } catch (error) {
    await rm(fresh, { force: true })
    if (errorCode(error) === 'ENOENT') return false
    throw error
  }
}

async function removeStream(to: string, stream: string): Promise<void> {
  for (const kind of ['journals', 'uploads', 'inspections'])
    await rm(join(to, kind, stream), { recursive: true, force: true })
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  const names = (await readdir(folder).catch(nullIfAbsent)) ?? []
  return names.filter(isStreamId)
}

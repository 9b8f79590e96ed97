import type { LogEntry } from '../streams/upload-log.ts'
import { safeName } from './safe-name.ts'

/** An upload and its name in a zip. */
export interface ZipUpload {
  readonly entry: LogEntry
  readonly name: string
}

/**
 * The newest upload of each path has its path, earlier ones `<path>~<upload id>`; so has one that is named like a
 * folder of others, because no disk can hold both. A name that is taken gets further `~`.
 */
export function zipUploadsOf(entries: readonly LogEntry[]): readonly ZipUpload[] {
  const newest = new Map<string, string>()
  const folders = new Set<string>()
  for (const { upload } of entries) {
    newest.set(keyOf(upload.path), upload.id)
    const parts = keyOf(upload.path).split('/')
    for (let length = 1; length < parts.length; length++) folders.add(parts.slice(0, length).join('/'))
  }
  return entries.map((entry) => {
    const { path, id } = entry.upload
    const isPlain = newest.get(keyOf(path)) === id && !folders.has(keyOf(path))
    return { entry, name: `uploads/${safeName(isPlain ? path : earlierName(path, id))}` }
  })

  /** A device may have uploaded to the path that this makes: it knows the ids of its uploads. */
  function earlierName(path: string, id: string): string {
    const name = `${path}~${id}`
    const isTaken = newest.has(keyOf(name)) || folders.has(keyOf(name))
    return isTaken ? earlierName(`${path}~`, id) : name
  }
}

/**
 * Windows and macOS do not tell upper and lower case apart, macOS neither the ways to write an accent. By upper case
 * first, because some letters, such as the long s, have that alone in common.
 */
const keyOf = (path: string): string => path.normalize('NFD').toUpperCase().toLowerCase()

import type { LogEntry } from '../streams/upload-log.ts'
import { safeName } from './safe-name.ts'

/** An upload and its name in a zip. */
export interface ZipUpload {
  readonly entry: LogEntry
  readonly name: string
}

/**
 * The newest upload of each path has its path, earlier ones `<path>~<upload id>`; so has one that is named like a
 * folder of others, because no disk can hold both.
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
    return { entry, name: `uploads/${safeName(isPlain ? path : `${path}~${id}`)}` }
  })
}

/** Windows and macOS do not tell upper and lower case apart. */
const keyOf = (path: string): string => path.toLowerCase()

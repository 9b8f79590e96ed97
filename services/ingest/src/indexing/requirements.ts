import { ancestorsOf } from '../uploads/object-path.ts'
import type { JournalEntry } from '../uploads/upload.ts'
import type { Order } from '../validation/state.ts'
import { sessionsOf } from '../validation/validate-upload.ts'
import { initFoldersOf } from './init-segments/init-segment.ts'

/** What has to be loaded before journal lines can be judged; see `FoldInput`. Nothing is named twice. */
interface Requirements {
  /** The paths of the lines' objects and the folders above them, whose digests and counts are needed. */
  readonly places: readonly string[]
  /** Folders whose init segments are needed. */
  readonly initFolders: readonly string[]
  /** The sessions that are needed; they depend on which one is open. */
  sessionKeys(order: Order): readonly string[]
}

export function requirementsOf(entries: readonly JournalEntry[]): Requirements {
  const paths = [...new Set(entries.flatMap(pathsOf))]
  return {
    places: [...new Set(paths.flatMap((path) => [path, ...ancestorsOf(path)]))],
    initFolders: [...new Set(paths.flatMap(initFoldersOf))],
    sessionKeys: (order) => [...new Set(paths.flatMap((path) => sessionsOf({ order }, path)))],
  }
}

function pathsOf(entry: JournalEntry): readonly string[] {
  if (entry.kind === 'upload') return [entry.upload.path]
  return entry.kind === 'object-deleted' ? [entry.path] : []
}

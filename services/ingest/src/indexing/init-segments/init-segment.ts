import { baseNameOf, directoryOf } from '../../uploads/object-path.ts'
import { isPartPath, requestPathOf } from '../../uploads/part-path.ts'

/** An upload that holds an init segment. */
export interface InitSegment {
  readonly path: string
  readonly upload: string
  /** Id of its session; null where it belongs to none, and absent where that is the first of its number. */
  readonly session?: string | null
}

/** The folders whose init segments a segment may need; the one for a part may be an upload of its own. */
export function initFoldersOf(path: string): readonly string[] {
  const own = directoryOf(path)
  return isPartPath(path) ? [own, directoryOf(requestPathOf(path))] : [own]
}

/** The init segment that a segment needs. */
export const initFor = (path: string, inits: readonly InitSegment[]): string | null =>
  initOf(path, inits) ?? (isPartPath(path) ? initOf(requestPathOf(path), inits) : null)

/**
 * The init segment that fits best, out of those in the same folder: the one at the same path
 * (DASH-IF Interface-1), else the one whose name shares most words (`init-stream0` for
 * `chunk-stream0-00001`), then most with the folder's (`video.init` in `video`), the newest among equals.
 */
export function initOf(path: string, inits: readonly InitSegment[]): string | null {
  const folder = directoryOf(path)
  const near = inits.filter((init) => directoryOf(init.path) === folder)
  if (near.length < 2) return near[0]?.upload ?? null
  const [words, folderWords] = [wordsOf(path), wordsOf(folder)]
  const ranked = near
    .map(({ path: initPath, upload }) => {
      const initWords = wordsOf(initPath)
      const likeness = initPath === path ? Infinity : shared(words, initWords)
      return { upload, likeness, folderLikeness: shared(folderWords, initWords) }
    })
    .sort(
      (a, b) =>
        b.likeness - a.likeness || b.folderLikeness - a.folderLikeness || (a.upload < b.upload ? 1 : -1),
    )
  return ranked[0]?.upload ?? null
}

/** Extensions that say nothing of the track, as `.cmfv` does, are no words. */
const wordsOf = (path: string): Set<string> =>
  new Set(
    baseNameOf(path)
      .toLowerCase()
      .replace(/\.(m4s|mp4|init)$/, '')
      .split(/[^\p{L}\p{N}]+/u)
      .filter((word) => word !== ''),
  )

const shared = (a: Set<string>, b: Set<string>): number => [...a].filter((word) => b.has(word)).length

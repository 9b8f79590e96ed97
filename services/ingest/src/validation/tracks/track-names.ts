import { memoize } from '@pushav/shared/lib/memoize.ts'
import { baseNameOf, directoryOf } from '../../uploads/object-path.ts'

/** Words of a file's name that say what the object is, not which track it belongs to. */
const kindWords = 'init initialization header chunk segment seg fragment frag media part dash hls cmaf'
const kindWord = new RegExp(`^(?:${kindWords.replaceAll(' ', '|')})(\\d*)$`, 'i')

/** The extension of a path in lower case, without its dot; empty for none. What is digits alone is none. */
export const extensionOf = (path: string): string => (extension.exec(path)?.[1] ?? '').toLowerCase()
const extension = /\.([^./]*[^./\d][^./]*)$/

function withoutExtension(path: string): string {
  return path.replace(extension, '')
}

/**
 * The track of a free name without further evidence: the folder, then the words of the file's name without those for
 * its kind. `counts`: the name ends with a counter, as those of segments do, which is left out.
 */
export function freeTrackName(path: string, counts: boolean): string {
  const folder = directoryOf(path)
  const words = trackWordsOf(path, counts)
  return (
    [...(folder === '' ? [] : [folder]), ...(words.length > 0 ? [words.join('_')] : [])].join('/') || 'media'
  )
}

/** The words of a file's name that may tell its track from others in the folder, in lower or upper case as written. */
export function trackWordsOf(path: string, counts: boolean): readonly string[] {
  const stem = withoutExtension(baseNameOf(path))
  return wordsIn(counts ? withoutCounter(stem) : stem)
}

/** The words of a segment's name that an init segment's may be among: all but its last number. */
export const wordsBeforeCounter = (path: string): readonly string[] =>
  wordsIn(beforeCounter(baseNameOf(path)))

function wordsIn(text: string): readonly string[] {
  const words: string[] = []
  for (const word of text.split(/[^\p{L}\p{N}]+/u)) {
    const kind = kindWord.exec(word)
    const kept = kind ? (kind[1] ?? '') : word
    if (kept !== '') words.push(kept)
  }
  return words
}

/** `seg_7` without its 7, `seg_7.2` (the second part of the seventh) without both. */
const withoutCounter = (stem: string): string => stem.replace(/\d+(?:\.\d+)?$/, '')

/**
 * The beginning of a file's name that stays while counters and dates behind it change: `cam-2026-11-28-09-3` and
 * `cam-2026-11-28-10-1` begin alike, `cam0-1` and `cam1-1` do not.
 */
export function steadyNameOf(path: string): string {
  const stem = withoutExtension(baseNameOf(path))
  const steady = stem.replace(/(?:[^\p{L}\p{N}]+\d+)+$/u, '')
  return wordsIn(steady === stem ? withoutCounter(stem) : steady).join('_')
}

/**
 * A path with the counter in its name replaced, to compare names that count on. `7.2` at the end counts as the second
 * part of the seventh segment, and `-1024` behind a separator as a time below 0.
 */
function shapeOf(path: string): string {
  const stem = withoutExtension(path)
  const shaped = stem.replace(/(?:(?<=[-_./])-)?\d+(?:\.\d+)?([^\d/]*)$/, '#$1')
  return shaped + path.slice(stem.length)
}

/** Digest of a path's shape. Asked several times for each upload, one after the other. */
export const shapeDigest = memoize((path) => textDigest(shapeOf(path)), { maxEntries: 64, maxKeyLength: 256 })

/** The path of the segment that `seg_7.2.m4s`, the second part of the seventh, is a part of; null for other names. */
export function segmentOfPart(path: string): string | null {
  if (!/\d\.\d/.test(path)) return null
  const stem = withoutExtension(path)
  const [, segment] = /^(.*\d)\.\d{1,9}$/.exec(stem) ?? []
  return segment === undefined ? null : segment + path.slice(stem.length)
}

/** A path without its extension and the number in front of it. */
export const beforeCounter = (path: string): string => withoutExtension(path).replace(/\d+$/, '')

/** A path without its extension. */
export const stemOf = withoutExtension

/**
 * Patterns of paths that a manifest lists: each `#` stands for digits. Runs of digits that differ from path to path
 * count, and the last one of each path. At most four; none where the names have too little in common.
 */
export function patternsOf(paths: readonly string[]): readonly string[] {
  const groups = Map.groupBy(
    paths.filter((path) => !path.includes('#')),
    (path) => path.replace(/\d+/g, '#'),
  )
  return groups.size > maxPatterns ? [] : [...groups.values()].map(patternOf)
}
const maxPatterns = 4

function patternOf([first = '', ...others]: readonly string[]): string {
  const runs = runsIn(first)
  const counter = runsIn(withoutExtension(first)).length - 1
  const counts = runs.map((run, at) => at === counter || others.some((other) => runsIn(other)[at] !== run))
  let at = -1
  return first.replace(/\d+/g, (run) => (counts[++at] ? '#' : run))
}

const runsIn = (text: string): readonly string[] => text.match(/\d+/g) ?? []

/** Whether a path is one of those that a pattern stands for. */
export const matchesPattern = (pattern: string, path: string): boolean =>
  regularExpressionOf(pattern).test(path)

const regularExpressionOf = memoize(
  (pattern) => new RegExp(`^${pattern.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&').replaceAll('#', '\\d+')}$`),
  { maxKeyLength: 1_024 },
)

/** A short digest of a text, in base 36 (FNV-1a, 32 bits); only compared within one session. */
export function textDigest(text: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at += 1) {
    hash ^= text.charCodeAt(at)
    hash = Math.imul(hash, 0x01000193)
  }
  return (hash >>> 0).toString(36)
}

import { memoize } from '@pushav/shared/lib/memoize.ts'
import { baseNameOf, directoryOf } from '../../uploads/object-path.ts'

/** Words of a file's name that say what the object is, not which track it belongs to. */
const kindWords = 'init initialization header chunk segment seg fragment frag media part dash hls cmaf'
const kindWord = new RegExp(`^(?:${kindWords.replaceAll(' ', '|')})(\\d*)$`, 'i')

/** The extension of a path in lower case, without its dot; empty for none. What is digits alone is none. */
export const extensionOf = (path: string): string => path.slice(stemLength(path) + 1).toLowerCase()

/** A path without its extension. */
export const stemOf = (path: string): string => path.slice(0, stemLength(path))

/** The length of a path without its extension and the dot in front of it. */
function stemLength(path: string): number {
  const end = path.lastIndexOf('.')
  if (end < 0) return path.length
  let hasOther = false
  for (let at = end + 1; at < path.length; at += 1) {
    const code = path.charCodeAt(at)
    if (code === slash) return path.length
    if (!isDigit(code)) hasOther = true
  }
  return hasOther ? end : path.length
}

const [slash, dot, hyphen, underscore] = [0x2f, 0x2e, 0x2d, 0x5f]
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

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
  const stem = stemOf(baseNameOf(path))
  return wordsIn(counts ? withoutCounter(stem) : stem)
}

/** The words of a segment's name that an init segment's may be among: all but its last number. */
export const wordsBeforeCounter = (path: string): readonly string[] =>
  wordsIn(beforeCounter(baseNameOf(path)))

/** Names of segments are the same without their counters, so that few texts come again and again. */
const wordsIn = memoize(splitWords, { maxEntries: 512 })

function splitWords(text: string): readonly string[] {
  const words: string[] = []
  for (const word of text.split(/[^\p{L}\p{N}]+/u)) {
    const kind = kindWord.exec(word)
    const kept = kind ? (kind[1] ?? '') : word
    if (kept !== '') words.push(kept)
  }
  return words
}

/** `seg_7` without its 7, `seg_7.2` (the second part of the seventh) without both. */
function withoutCounter(stem: string): string {
  const start = startOfDigits(stem, stem.length)
  const isPart =
    start < stem.length && stem.charCodeAt(start - 1) === dot && isDigit(stem.charCodeAt(start - 2))
  return stem.slice(0, isPart ? startOfDigits(stem, start - 1) : start)
}

/**
 * What stays of a path while the counters, times and ids in its file's name change, and dates in its folders:
 * `cam-2026-11-28-09-3` and `cam-2026-11-28-10-1` are alike, `cam0-1` and `cam1-1` are not.
 */
export function steadyNameOf(path: string): string {
  const stem = stemOf(baseNameOf(path)).replace(uuid, '#')
  const steady = stem.replace(/(?:[^\p{L}\p{N}]+\d+)+$/u, '')
  const words = wordsIn(steady === stem ? withoutCounter(stem) : steady)
  return `${directoryOf(path).replace(dates, '#')}/${words.filter((word) => !isPassing(word)).join('_')}`
}

/** Digest of `steadyNameOf`, to compare. */
export const steadyDigest = (path: string): number => textDigest(steadyNameOf(path))

const uuid = /[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}/gi

/** Dates in the names of folders, with the times behind them. Fewer digits may be the number of a camera. */
const dates = /(?:19|20)\d\d[-_./]?[01]\d[-_./]?[0-3]\d(?:[-_./T]?\d\d(?!\d))*/g

/** Whether a word is a number, a time such as `20260131T120000Z`, or an id in hexadecimal. */
function isPassing(word: string): boolean {
  if (/^\d+$/.test(word)) return true
  if (/^\d[\dthmsz]{6,}$/i.test(word)) return true
  return /^[\da-f]{8,}$/i.test(word) && /\d/.test(word)
}

/**
 * A path with the counter in its name replaced, to compare names that count on. `7.2` at the end counts as the second
 * part of the seventh segment, and `-1024` behind a separator as a time below 0.
 */
export function shapeDigest(path: string): number {
  const [start, end] = counterIn(path)
  if (start === end) return textDigest(path)
  const before = hashOf(path, 0, start, hashOffset)
  const mark = hashOf('#', 0, 1, before)
  return hashOf(path, end, path.length, mark)
}

/**
 * Where the counter in a path begins and ends: the last number of its file's name, before its extension, but one with a unit
 * (`1_720p`) only where there is no other.
 */
function counterIn(path: string): readonly [number, number] {
  const last = endOfDigits(path, stemLength(path))
  if (last === 0) return nowhere
  const other = hasUnit(path, last) ? endOfDigits(path, startOfDigits(path, last)) : 0
  const end = other || last
  let start = startOfDigits(path, end)
  if (path.charCodeAt(start - 1) === dot && isDigit(path.charCodeAt(start - 2)))
    start = startOfDigits(path, start - 1)
  const isNegative = path.charCodeAt(start - 1) === hyphen && isSeparator(path.charCodeAt(start - 2))
  return [isNegative ? start - 1 : start, end]
}

const nowhere = [0, 0] as const

/** Where the last digit of a file's name ends in front of a place; 0 for none. */
function endOfDigits(path: string, before: number): number {
  let end = before
  while (end > 0 && !isDigit(path.charCodeAt(end - 1))) {
    if (path.charCodeAt(end - 1) === slash) return 0
    end -= 1
  }
  return end
}

/** Whether what stands behind a number says of what: lines, frames, bits. */
const hasUnit = (path: string, at: number): boolean =>
  at < path.length && path.charCodeAt(at) !== dot && unit.test(path.slice(at, at + 5))
const unit = /^(?:p|i|k|kbps|kbit|mbps|fps|hz|khz)(?![\p{L}\p{N}])/iu

/** Where the run of digits begins that ends at a place. */
export function startOfDigits(path: string, end: number): number {
  let start = end
  while (start > 0 && isDigit(path.charCodeAt(start - 1))) start -= 1
  return start
}

const isSeparator = (code: number): boolean =>
  code === hyphen || code === underscore || code === dot || code === slash

/** The path of the segment that `seg_7.2.m4s`, the second part of the seventh, is a part of; null for other names. */
export function segmentOfPart(path: string): string | null {
  if (!hasDecimal(path)) return null
  const stem = stemOf(path)
  const [, segment] = /^(.*\d)\.\d{1,9}$/.exec(stem) ?? []
  return segment === undefined ? null : segment + path.slice(stem.length)
}

/** Whether a dot stands between two digits. */
function hasDecimal(path: string): boolean {
  for (let at = path.indexOf('.', 1); at > 0; at = path.indexOf('.', at + 1))
    if (isDigit(path.charCodeAt(at - 1)) && isDigit(path.charCodeAt(at + 1))) return true
  return false
}

/** A path without its extension and the number in front of it. */
export const beforeCounter = (path: string): string => path.slice(0, startOfDigits(path, stemLength(path)))

/** A short digest of a text, an integer of 32 bits (FNV-1a); only compared within one session. */
export const textDigest = (text: string): number => hashOf(text, 0, text.length, hashOffset)

const hashOffset = 0x811c9dc5 | 0

function hashOf(text: string, start: number, end: number, before: number): number {
  let hash = before
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash
}

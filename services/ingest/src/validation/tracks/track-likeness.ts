import type { Track } from '../state.ts'
import { trackWordsOf, wordsBeforeCounter } from './track-names.ts'
import { folderIn } from './track-paths.ts'

/** The words that tell a track from others in its folder; none for one that is called like the folder of a path. */
export const wordsOfTrack = ({ name }: Track, path: string): readonly string[] =>
  name === folderIn(path) ? [] : trackWordsOf(name, false)

/** Whether the words that tell a track from others are in a segment's name. */
export const isNamedLike = (track: Track, path: string): boolean =>
  wordsOfTrack(track, path).length > 0 && hasWordsOf(track, path)

/** Like `isNamedLike`, but true for a track without such words. */
export const hasWordsOf = (track: Track, path: string): boolean =>
  hasWords(wordsBeforeCounter(path), wordsOfTrack(track, path))

/** Whether the number behind a word of the track is in a segment's name: `0-25600` is like `stream0`. */
export function isNumberedLike(track: Track, path: string): boolean {
  const words = wordsBeforeCounter(path)
  return wordsOfTrack(track, path).some((word) => words.includes(/\d+$/.exec(word)?.[0] ?? ''))
}

/** How many words of the track are in a segment's name: `s_hi_1` is like `i_hi`, which is not like `i_lo`. */
export function sharedWords(track: Track, path: string): number {
  const words = wordsBeforeCounter(path)
  return wordsOfTrack(track, path).filter((word) => words.includes(word)).length
}

export const hasWords = (words: readonly string[], wanted: readonly string[]): boolean =>
  wanted.every((word) => words.includes(word))

/** How many characters two names begin with in common. */
export function sharedStart(one: string, other: string): number {
  let length = 0
  while (length < one.length && one[length] === other[length]) length += 1
  return length
}

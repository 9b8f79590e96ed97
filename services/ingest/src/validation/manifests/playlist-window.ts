import type { PlaylistFacts } from '../../media/inspection.ts'
import type { Upload } from '../../uploads/upload.ts'
import { type Finding, finding } from '../finding.ts'
import type { PlaylistWindow } from '../state.ts'
import { textDigest } from '../tracks/track-names.ts'

/** The window of a media playlist that goes on; undefined for one that has ended or names only what has changed. */
export function windowOf(
  { path }: Pick<Upload, 'path'>,
  playlist: PlaylistFacts,
): PlaylistWindow | undefined {
  const { mediaSequence, extinfCount, uris, hasEndList } = playlist
  if (mediaSequence === null || hasEndList) return undefined
  return {
    path: textDigest(path),
    sequence: mediaSequence,
    count: extinfCount,
    first: textDigest(uris[0] ?? ''),
  }
}

/**
 * RFC 8216, 6.2.1 and 6.2.2: a playlist may get more segments and lose its first ones, each of which counts up
 * EXT-X-MEDIA-SEQUENCE. At most one finding.
 */
export function checkWindow(
  before: PlaylistWindow | undefined,
  { path }: Pick<Upload, 'path'>,
  { mediaSequence, extinfCount, uris }: PlaylistFacts,
): readonly Finding[] {
  if (!before || mediaSequence === null || before.path !== textDigest(path)) return []
  const { sequence, count, first } = before
  const told = (message: string) => [finding('playlist-sequence', message)]
  if (mediaSequence < sequence)
    return told(`expected EXT-X-MEDIA-SEQUENCE of at least ${sequence} as before, received ${mediaSequence}`)
  const isMoved = count > 0 && extinfCount > 0 && first !== textDigest(uris[0] ?? '')
  if (mediaSequence === sequence && isMoved)
    return told(
      `expected EXT-X-MEDIA-SEQUENCE above ${sequence} as the first segment is another one, received the same`,
    )
  const [end, endBefore] = [mediaSequence + extinfCount, sequence + count]
  if (end >= endBefore) return []
  return told(`expected segments up to number ${endBefore - 1} as before, received them up to ${end - 1}`)
}

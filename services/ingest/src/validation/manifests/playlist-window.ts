import { maxDiscontinuities } from '../../media/hls/playlist.ts'
import type { PlaylistFacts } from '../../media/inspection.ts'
import type { Upload } from '../../uploads/upload.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { textDigest } from '../tracks/track-names.ts'
import type { PlaylistWindow } from './manifest-state.ts'

/** Segments whose names and durations are compared with the next version, the last of a playlist. */
const maxCompared = 8

/** The window of a media playlist that goes on; undefined for one that has ended or names only what has changed. */
export function windowOf(
  { path }: Pick<Upload, 'path'>,
  playlist: PlaylistFacts,
): PlaylistWindow | undefined {
  const { mediaSequence, extinfCount, uris, hasEndList, targetDuration, playlistType, map } = playlist
  if (mediaSequence === null || hasEndList) return undefined
  const { discontinuities = [], discontinuitySequence = 0 } = playlist
  return {
    path: textDigest(path),
    sequence: mediaSequence,
    count: extinfCount,
    first: textDigest(uris[0] ?? ''),
    newest: segmentsOf(playlist, maxCompared),
    target: targetDuration,
    map: map === null ? undefined : textDigest(map),
    isEvent: playlistType === 'EVENT' || undefined,
    ...(discontinuities.length + discontinuitySequence > 0 ? { discontinuities, discontinuitySequence } : {}),
  }
}

type ComparedSegment = NonNullable<PlaylistWindow['newest']>[number]

/** Digest of the URI and duration of the last `count` segments; none where gaps or variables leave some out. */
function segmentsOf(
  { uris, durations, extinfCount }: PlaylistFacts,
  count: number,
): readonly ComparedSegment[] {
  if (uris.length !== extinfCount || durations.length !== extinfCount) return []
  const from = Math.max(0, extinfCount - count)
  return uris.slice(from).map((uri, at) => [textDigest(uri), durations[from + at] ?? 0])
}

/**
 * RFC 8216, 6.2.1 and 6.2.2: a playlist may get more segments and lose its first ones, each of which counts up
 * EXT-X-MEDIA-SEQUENCE; the rest stays. At most one finding.
 */
export function checkWindow(
  before: PlaylistWindow | undefined,
  { path }: Pick<Upload, 'path'>,
  playlist: PlaylistFacts,
): readonly Finding[] {
  const { mediaSequence } = playlist
  if (!before || mediaSequence === null || before.path !== textDigest(path)) return []
  const now = segmentsOf(playlist, playlist.extinfCount)
  const moved = sequenceFault(before, playlist, now, mediaSequence)
  if (moved !== null) return [finding('playlist-sequence', moved)]
  const changed =
    headFault(before, playlist, mediaSequence) ??
    durationFault(before, now, mediaSequence) ??
    discontinuityFault(before, playlist, mediaSequence)
  return changed === null ? [] : [finding('playlist-changed', changed)]
}

function sequenceFault(
  { sequence, count, first, newest = [] }: PlaylistWindow,
  { extinfCount, uris }: PlaylistFacts,
  now: readonly ComparedSegment[],
  mediaSequence: number,
): string | null {
  if (mediaSequence < sequence)
    return `expected EXT-X-MEDIA-SEQUENCE of at least ${sequence} as before, received ${mediaSequence}`
  const isMoved = count > 0 && extinfCount > 0 && first !== textDigest(uris[0] ?? '')
  if (mediaSequence === sequence && isMoved)
    return `expected EXT-X-MEDIA-SEQUENCE above ${sequence} as the first segment is another one, received the same`
  const [end, endBefore] = [mediaSequence + extinfCount, sequence + count]
  if (end < endBefore)
    return `expected segments up to number ${endBefore - 1} as before, received them up to ${end - 1}`
  const firstCompared = endBefore - newest.length
  const strange = newest.findIndex(([name], at) => {
    const other = now[firstCompared + at - mediaSequence]
    return other !== undefined && other[0] !== name
  })
  if (strange < 0) return renumberedFault(newest, firstCompared, now, mediaSequence, count)
  const number = firstCompared + strange
  return `expected the segment before as number ${number}, by EXT-X-MEDIA-SEQUENCE ${mediaSequence}, received ${excerpt(uris[number - mediaSequence] ?? '')}`
}

/**
 * What is wrong where a segment is still listed, but under another number. A source that uses the same few names in turn
 * gives a name to another segment only after all others, further away than a window is long.
 */
function renumberedFault(
  newest: readonly ComparedSegment[],
  firstCompared: number,
  now: readonly ComparedSegment[],
  mediaSequence: number,
  count: number,
): string | null {
  const names = new Set(now.map(([name]) => name))
  if (names.size < now.length) return null
  for (const [at, [name]] of newest.entries()) {
    const place = now.findIndex((one) => one[0] === name)
    const off = mediaSequence + place - firstCompared - at
    if (place >= 0 && off !== 0 && Math.abs(off) < count)
      return `expected segment number ${firstCompared + at} under that number as before, received it as ${mediaSequence + place} by EXT-X-MEDIA-SEQUENCE ${mediaSequence}`
  }
  return null
}

function headFault(
  { target, isEvent, sequence, count, map }: PlaylistWindow,
  { targetDuration, playlistType, map: mapNow, extinfCount }: PlaylistFacts,
  mediaSequence: number,
): string | null {
  if (target !== undefined && targetDuration !== undefined && target !== targetDuration)
    return `expected EXT-X-TARGETDURATION ${target} as before, received ${targetDuration}`
  const isSameFirst = mediaSequence === sequence && count > 0 && extinfCount > 0
  if (isSameFirst && map !== undefined && mapNow !== null && map !== textDigest(mapNow))
    return `expected the EXT-X-MAP of segment number ${sequence} as before, received ${excerpt(mapNow)}`
  if (!isEvent) return null
  if (mediaSequence > sequence)
    return `expected all segments from number ${sequence} on in a playlist of type EVENT, received them from ${mediaSequence} on`
  return playlistType === null ? 'expected EXT-X-PLAYLIST-TYPE EVENT as before, received none' : null
}

function durationFault(
  { sequence, count, newest = [] }: PlaylistWindow,
  now: readonly ComparedSegment[],
  mediaSequence: number,
): string | null {
  const firstCompared = sequence + count - newest.length
  for (const [at, [, seconds]] of newest.entries()) {
    const other = now[firstCompared + at - mediaSequence]
    if (other && other[1] !== seconds)
      return `expected EXTINF ${seconds} of segment number ${firstCompared + at} as before, received ${other[1]}`
  }
  return null
}

/**
 * What is wrong with the number of discontinuities before a segment, its own included, which must not change (RFC 8216,
 * 6.2.2); null for nothing.
 */
function discontinuityFault(
  { sequence, count, discontinuities = [], discontinuitySequence = 0 }: PlaylistWindow,
  playlist: PlaylistFacts,
  mediaSequence: number,
): string | null {
  const { discontinuities: now = [], discontinuitySequence: received = 0, extinfCount } = playlist
  // Further discontinuities than `maxDiscontinuities` were not remembered.
  if (extinfCount === 0 || discontinuities.length === maxDiscontinuities) return null
  const passed = discontinuities.filter((place) => sequence + place <= mediaSequence).length
  const expected = discontinuitySequence + passed - (now[0] === 0 ? 1 : 0)
  const isKnown = mediaSequence < sequence + count
  if (isKnown ? received === expected : received >= expected) return null
  const wanted = `EXT-X-DISCONTINUITY-SEQUENCE ${isKnown ? '' : 'of at least '}${expected}`
  return `expected ${wanted} in front of segment number ${mediaSequence}, by the version before, received ${received}`
}

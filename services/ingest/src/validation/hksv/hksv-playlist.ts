import type { PlaylistFacts } from '../../media/inspection.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { firstSegmentNumber } from '../object-name.ts'
import type { SealingState, Track } from '../state.ts'
import { textDigest } from '../tracks/track-names.ts'

/** A media playlist against the one before it and the segments that came: the first thing that is wrong. */
export function checkSealedPlaylist(
  playlist: PlaylistFacts,
  before: SealingState,
  track: Track,
): readonly Finding[] {
  const fault = headFault(playlist, track) ?? segmentsFault(playlist, track) ?? growthFault(playlist, before)
  return fault === null ? [] : [finding('hksv-playlist', fault)]
}

function headFault({ playlistType, map, sealing }: PlaylistFacts, { name }: Track): string | null {
  if (playlistType !== 'EVENT')
    return `expected EXT-X-PLAYLIST-TYPE:EVENT, received ${excerpt(playlistType ?? 'none')}`
  if (map !== `${name}.init`)
    return `expected EXT-X-MAP:URI="${excerpt(name)}.init", received ${excerpt(map ?? 'none')}`
  if (!sealing || sealing.mediaSequence === firstSegmentNumber) return null
  return `expected EXT-X-MEDIA-SEQUENCE:${firstSegmentNumber}, received ${sealing.mediaSequence ?? 'none'}`
}

function segmentsFault(
  { extinfCount, uris, durations, sealing }: PlaylistFacts,
  { segmentCount, lastNumber }: Track,
): string | null {
  if (extinfCount !== segmentCount)
    return `expected EXTINF for the ${segmentCount} segments that came, received ${extinfCount}`
  const wrong = uris.findIndex((uri, nth) => uri !== `segment_${firstSegmentNumber + nth}.m4s`)
  if (wrong >= 0 && lastNumber === firstSegmentNumber + segmentCount - 1)
    return `expected segment_${firstSegmentNumber + wrong}.m4s, received ${excerpt(uris[wrong] ?? '')}`
  if (durations.length < extinfCount || durations.some((seconds) => seconds <= 0))
    return 'expected EXTINF above 0'
  const longest = durations.reduce((max, seconds) => Math.max(max, seconds), 0)
  const target = sealing?.targetDuration ?? null
  if (target === null || Math.round(longest) <= target) return null
  return `expected EXTINF up to EXT-X-TARGETDURATION:${target}, received ${longest}`
}

function growthFault({ durations, extinfCount }: PlaylistFacts, before: SealingState): string | null {
  if (extinfCount < before.listed)
    return `expected at least the ${before.listed} segments of the playlist before, received ${extinfCount}`
  if (before.listed === 0 || durationsDigest(durations.slice(0, before.listed)) === before.durations)
    return null
  return 'expected the durations of the playlist before unchanged, received others'
}

export const durationsDigest = (durations: readonly number[]): number =>
  durations.length === 0 ? 0 : textDigest(durations.join())

/** What is wrong in the sealed start time of a session: base64 of JSON with an IV, 20 bytes and a tag; null for nothing. */
export function timestampFault(value: string | null): string | null {
  if (value === null) return 'expected EXT-X-SESSION-DATA with the sealed start time, received none'
  const parsed = parse(Buffer.from(value, 'base64').toString())
  const lengthOf = (name: string) => {
    const text = parsed?.[name]
    return typeof text === 'string' ? Buffer.from(text, 'base64').length : null
  }
  const lengths = [lengthOf('initializationVector'), lengthOf('ciphertext'), lengthOf('tag')]
  if (parsed?.method === 'AES-256-GCM' && lengths.join() === '16,20,16') return null
  return `expected a start time sealed by AES-256-GCM with an IV of 16, 20 and a tag of 16 bytes, received ${lengths.map((length) => length ?? 'none').join(', ')}`
}

function parse(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : null
  } catch {
    return null
  }
}

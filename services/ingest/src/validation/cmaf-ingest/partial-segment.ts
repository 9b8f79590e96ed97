import type { MediaFacts } from '../../media/inspection.ts'
import { areChunkBrands } from '../../media/isobmff/segment-prefix.ts'
import type { Context } from '../evaluation.ts'
import { type SegmentPart, segmentSeconds } from '../media/segment-media.ts'
import { at, type Clock, type Session, segmentDurations, type Track } from '../state.ts'
import { matchesPattern } from '../tracks/path-pattern.ts'
import { beforeCounter, segmentOfPart, stemOf, textDigest } from '../tracks/track-names.ts'

/** What a file is to the newest segment of its track, and the name of the segment that it is or is a part of. */
interface PartOf {
  readonly kind: SegmentPart
  /** Digest of the segment's name. */
  readonly segment: number
}

/**
 * A low-latency source may send each chunk of a segment as a file (CMAF 7.3.2.3). Parts are known by the manifest
 * (EXT-X-PART, `$SubNumber$`), by the brand cmfl, or by two numbers at the end of the name.
 */
export function partOf(context: Context, session: Session, track: Track, media: MediaFacts): PartOf {
  const { path } = context.upload
  const announced = announcedSegmentOf(session, track, path)
  const inName = announced === null ? segmentOfPart(path) : null
  const segment = textDigest(announced ?? stemOf(inName ?? path))
  const isSame = track.part?.of === segment && track.clock !== null
  if (announced !== null) return { kind: isSame ? 'further' : 'segment', segment }
  if (areChunkBrands(context.inspection?.brands ?? []))
    return { kind: goesOn(track, media) ? 'further' : 'segment', segment }
  if (inName !== null && isSame && isShort(session, track, media)) return { kind: 'further', segment }
  return { kind: isCopy(track, media) ? 'copy' : 'segment', segment }
}

/** The name, without its part, of a path that a manifest names as that of a part. */
function announcedSegmentOf(
  { announcements, playlists = {} }: Session,
  { name }: Track,
  path: string,
): string | null {
  const isPart =
    at(announcements, name)?.media?.includes('$SubNumber') ||
    at(playlists, name)?.parts?.some((pattern) => matchesPattern(pattern, path))
  return isPart ? beforeCounter(path) : null
}

const goesOn = ({ clock, init }: Track, media: MediaFacts): boolean =>
  clock !== null && (init?.handler !== 'vide' || media.startsWithSync !== true)

/**
 * Whether a file is shorter than a segment, or begins without a key frame. It tells `segment.part` at the end of a
 * name from `track.segment`.
 */
function isShort(session: Session, track: Track, media: MediaFacts): boolean {
  if (media.startsWithSync === false) return true
  const seconds = segmentSeconds(track.init, media)
  const announced = at(session.announcements, track.name)?.segmentSeconds ?? null
  return seconds !== null && seconds < (announced === null ? 1 : announced * 0.6)
}

const isCopy = ({ clock, part }: Track, { decodeTime }: MediaFacts): boolean =>
  part?.areMany === true && clock !== null && decodeTime !== null && decodeTime < clock.end - clock.sample

/** The clock after one more part: the duration of the newest segment is that of its parts together. */
export function clockAfterPart(before: Clock | null, after: Clock | null): Clock | null {
  if (!before || !after) return after
  const { shortest, longest } = segmentDurations(before)
  return {
    ...after,
    count: before.count,
    duration: before.duration + after.duration,
    shortest: shortest ?? undefined,
    longest: longest ?? undefined,
  }
}

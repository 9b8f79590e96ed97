import type { InitFacts, Inspection, MediaFacts } from '../media/inspection.ts'
import { isSync } from '../media/isobmff/moof.ts'
import { mediaDuration } from '../media/media-duration.ts'
import type { Upload } from '../uploads/upload.ts'
import type { Finding } from '../validation/finding.ts'
import type { KnownInit, Track } from '../validation/state.ts'

/** An upload and what was found. */
export interface JudgedUpload {
  readonly upload: Upload
  readonly findings: readonly Finding[]
  /** Id of the session that it belongs to; null for none. */
  readonly session: string | null
  readonly track: string | null
  /** Status of the response to the device; null for a body that was cut off and a part of a long request, which get none. */
  readonly status: number | null
  /** The place among the stream's uploads in the order of their verdicts, from 0. */
  readonly position: number
  /** The upload that holds the init segment of a segment; null for none. */
  readonly init: string | null
  /** Null for what is no segment of a track whose init segment is known. */
  readonly media: MediaOfUpload | null
  /** What an init segment says; null for anything else. */
  readonly initFacts: InitFacts | null
}

/** What stands at a path: the newest whole upload that went there. */
export interface StoredObject {
  readonly upload: string
  readonly sha256: string
  /** Id of its session, where that is not the first of its number; else absent. */
  readonly session?: string
}

/** The media of a segment in the time of its track; times are in units of the track's timescale. */
export interface MediaOfUpload {
  /** tfdt of the first moof; null when there is none. */
  readonly decodeTime: number | null
  readonly duration: number
  /** Units a second. */
  readonly timescale: number
  readonly samples: number
  readonly startsWithSync: boolean
  /** Sequence number of the first moof. */
  readonly sequence: number
  /** Unix time in milliseconds at which its first sample was made, from prft; null without. */
  readonly producerAtMs: number | null
  /** By how much later than at its decode time a player shows it, so that a clip follows those before it; mostly 0. */
  readonly shift: number
  /** Whether a player can place and decode the segment: of known time and one track, neither encrypted nor filler. */
  readonly isPlayable: boolean
  /** Whether the inspection of its bytes found no fault. */
  readonly isSound: boolean
}

/** Null for what is no segment of a track whose init segment is known. The init segment supplies trex defaults. */
export function mediaOf(
  upload: Upload,
  inspection: Inspection | null,
  track: Track | null,
): MediaOfUpload | null {
  const media = inspection?.media
  const init = track?.init
  if (!inspection || !media || !init || upload.kind !== 'segment' || media.trackId !== init.trackId)
    return null
  const duration = mediaDuration(media, init.sampleDuration)
  return {
    decodeTime: media.decodeTime,
    duration,
    timescale: init.timescale,
    samples: media.sampleCount,
    startsWithSync: media.startsWithSync ?? isSync(init.sampleFlags),
    sequence: media.firstSequence,
    producerAtMs: producerAtMsOf(media, init),
    shift: track.shift ?? 0,
    isPlayable: duration > 0 && isPlayable(upload, media, init),
    isSound: inspection.faults.length === 0,
  }
}

/** The whole that ends a long request repeats what its parts hold. */
const isPlayable = (
  { whole, parts }: Upload,
  { decodeTime, isMultiplexed, isFiller, encrypted }: MediaFacts,
  init: KnownInit,
): boolean =>
  whole &&
  !parts &&
  decodeTime !== null &&
  decodeTime >= 0 &&
  !isMultiplexed &&
  !isFiller &&
  !encrypted &&
  !init.encrypted &&
  init.timescale > 0

/** prft names the time of one sample; the first one was made earlier by the media time between the two. */
function producerAtMsOf({ producerTime, decodeTime }: MediaFacts, { timescale }: KnownInit): number | null {
  if (!producerTime || decodeTime === null || timescale <= 0) return null
  return Math.round(producerTime.atMs - ((producerTime.mediaTime - decodeTime) * 1_000) / timescale)
}

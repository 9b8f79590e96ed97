import type { MediaOfUpload } from '../indexing/judged-upload.ts'
import { maxClockAheadMs } from '../validation/media/media-content.ts'

/** Before this, a producer time is that of a clock that was never set, or no time of day at all. */
const earliestMs = Date.UTC(2000)

/**
 * Milliseconds from the last sample of a segment to the last byte of its upload, by prft; null where that has no
 * clock.
 */
export function producerLatencyOf(media: MediaOfUpload, receivedMs: number): number | null {
  if (media.producerAtMs === null || media.producerAtMs < earliestMs) return null
  const latency = receivedMs - media.producerAtMs - millisecondsOf(media.duration, media)
  // A clock that is further ahead says nothing of the latency; it has the finding `producer-time-impossible`.
  return latency >= -maxClockAheadMs ? latency : null
}

/**
 * By how many milliseconds a segment came after the time of its last sample, from an unknown start of the track's
 * clock; comparable within a track. Null without decode time.
 */
export function arrivalOffsetOf(media: MediaOfUpload, receivedMs: number): number | null {
  if (media.decodeTime === null || media.timescale <= 0) return null
  return receivedMs - millisecondsOf(media.decodeTime + media.duration, media)
}

const millisecondsOf = (units: number, { timescale }: MediaOfUpload): number =>
  timescale > 0 ? (units * 1_000) / timescale : 0

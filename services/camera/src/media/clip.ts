import { decodeTimeOf, withDecodeTime, withProducerTime, withSequenceNumber } from './boxes.ts'

export const segmentSeconds = 4

/** Encoded media that a camera sends over and over, each time with later decode times. */
export interface Clip {
  /** Duration of the media. */
  readonly seconds: number
  readonly video: ClipTrack
  readonly audio: ClipTrack
}

export interface ClipTrack {
  /** The codec as RFC 6381 writes it. */
  readonly codec: string
  /** Units a second. */
  readonly timescale: number
  readonly init: Buffer
  readonly segments: readonly Buffer[]
}

/** The nth segment, from 1, of an endless recording. Its prft box says that it was made at `made`. */
export function mediaOf(clip: Clip, track: ClipTrack, nth: number, made: Date): Buffer {
  const { segment, time } = segmentAt(clip, track, nth)
  return withProducerTime(withSequenceNumber(withDecodeTime(segment, time), nth), made)
}

/** Duration of the nth segment, in units of its track. */
export const durationOf = (clip: Clip, track: ClipTrack, nth: number): number =>
  Number(segmentAt(clip, track, nth + 1).time - segmentAt(clip, track, nth).time)

function segmentAt({ seconds }: Clip, { segments, timescale }: ClipTrack, nth: number) {
  const segment = segments[(nth - 1) % segments.length]
  if (!segment) throw new Error(`no segment ${nth}`)
  const rounds = Math.floor((nth - 1) / segments.length)
  return { segment, time: decodeTimeOf(segment) + BigInt(rounds * seconds * timescale) }
}

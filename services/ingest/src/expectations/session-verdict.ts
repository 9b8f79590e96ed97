import { isVideoOrSoundHandler } from '../media/handlers.ts'
import type { SessionView, TrackView } from '../streams/session-view.ts'
import { maxRoundingSeconds } from '../validation/media/format-seconds.ts'
import { noSession } from '../validation/object-name.ts'
import type { Expectations } from './expectations.ts'
import { matchTracks } from './match-tracks.ts'
import { failed, type Reason } from './reason.ts'

/** What one session shows against what is expected of each. */
export function judgeSession(expectations: Expectations, session: SessionView): readonly Reason[] {
  return [
    ...judgeEnd(session),
    ...judgeTracks(expectations, session),
    ...judgeDurations(expectations, session),
    ...judgeBitrate(expectations, session),
  ]
}

/** A session that ended without announcing its end is wrong; one without number and manifest ends by silence. */
function judgeEnd(session: SessionView): readonly Reason[] {
  if (session.phase === 'open' || session.isComplete) return []
  const how = session.phase === 'silent' ? 'it fell silent' : 'another session began'
  return [failed('sessions', `${nameOf(session)}: expected its end to be announced, ${how} before that`)]
}

function judgeTracks({ tracks }: Expectations, session: SessionView): readonly Reason[] {
  return matchTracks(tracks, Object.values(session.tracks)).map(({ message, isFinal }) => {
    const state = isFinal || session.phase !== 'open' ? 'fail' : 'pending'
    return { state, about: 'tracks', message: `${nameOf(session)}: ${message}` }
  })
}

function judgeDurations({ segmentSeconds }: Expectations, session: SessionView): readonly Reason[] {
  if (segmentSeconds === null) return []
  const { is, tolerance } = segmentSeconds
  return Object.values(session.tracks).flatMap((track) => {
    const off = durationOff(track, is - tolerance - maxRoundingSeconds, is + tolerance + maxRoundingSeconds)
    if (off === null) return []
    const expected = `expected segments of ${is} s ± ${tolerance} s`
    const received = `received one of ${Number(off.toFixed(3))} s`
    return [failed('segment_seconds', `${nameOf(session)}, track ${track.name}: ${expected}, ${received}`)]
  })
}

/** A duration of the track's segments that is out of range, seconds; the newest segment may be the last and short. */
function durationOff({ init, durations }: TrackView, min: number, max: number): number | null {
  if (!init || !durations || !isVideoOrSoundHandler(init.handler) || init.timescale <= 0) return null
  const { shortest, longest, newest } = durations
  const longestSeconds = Math.max(longest ?? newest, newest) / init.timescale
  if (longestSeconds > max) return longestSeconds
  const shortestSeconds = (shortest ?? Number.POSITIVE_INFINITY) / init.timescale
  return shortestSeconds < min ? shortestSeconds : null
}

/** Judges complete sessions only: the beginning of one tells little. */
function judgeBitrate({ bitrate }: Expectations, session: SessionView): readonly Reason[] {
  if (bitrate === null || !session.isComplete) return []
  const sum = Object.values(session.tracks).reduce((total, track) => total + (track.bitrate ?? 0), 0)
  const { min, max } = bitrate
  if (min !== null && sum < min) return [off(`at least ${min}`)]
  return max !== null && sum > max ? [off(`at most ${max}`)] : []

  function off(limit: string): Reason {
    return failed('bitrate', `${nameOf(session)}: expected ${limit} bits a second, received ${sum}`)
  }
}

const nameOf = ({ id }: SessionView): string =>
  id === noSession ? 'the session without number' : `session ${id}`

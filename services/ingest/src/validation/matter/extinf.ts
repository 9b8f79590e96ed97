import type { Context } from '../evaluation.ts'
import { type Finding, find, shown } from '../finding.ts'
import { seconds, secondsOf } from '../media/segment-media.ts'
import { headerOf } from '../request-findings.ts'
import type { Track } from '../state.ts'

/** X-EXTINF-duration: there, a positive decimal, and what the media lasts. */
export function judgeExtinf({ upload, inspection }: Context, track: Track): readonly Finding[] {
  const text = headerOf(upload, 'x-extinf-duration')?.trim()
  if (text === undefined) {
    return [find('extinf-header-missing', 'expected the header X-EXTINF-duration in seconds, received none')]
  }
  const duration = /^\+?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
  if (!(duration > 0 && Number.isFinite(duration))) {
    const message = `expected X-EXTINF-duration to be a positive decimal, received ${JSON.stringify(shown(text))}`
    return [find('extinf-header-invalid', message)]
  }
  const media = inspection?.media
  const lasts = media ? secondsOf(track.init, media) : null
  if (!media || lasts === null || lasts === 0) return []
  // A millisecond on top, because cameras round.
  const sample = lasts / Math.max(media.sampleCount, 1) + 0.001
  if (Math.abs(duration - lasts) <= sample) return []
  const message = `expected X-EXTINF-duration ${seconds(lasts)} as the media lasts, received ${seconds(duration)}`
  return [find('duration-header-off', message)]
}

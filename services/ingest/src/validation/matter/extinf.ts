import type { Context } from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import { formatSeconds } from '../media/format-seconds.ts'
import { segmentSeconds } from '../media/segment-media.ts'
import { headerOf } from '../request-findings.ts'
import type { Track } from '../state.ts'

/** Checks X-EXTINF-duration: present, a positive decimal, and the duration of the media within one sample. */
export function checkExtinf({ upload, inspection }: Context, track: Track): readonly Finding[] {
  const text = headerOf(upload, 'x-extinf-duration')?.trim()
  if (text === undefined) {
    return [
      finding('extinf-header-missing', 'expected the header X-EXTINF-duration in seconds, received none'),
    ]
  }
  const duration = /^\+?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN
  if (!(duration > 0 && Number.isFinite(duration))) {
    const message = `expected X-EXTINF-duration to be a positive decimal, received ${JSON.stringify(excerpt(text))}`
    return [finding('extinf-header-invalid', message)]
  }
  const media = inspection?.media
  const lasts = media ? segmentSeconds(track.init, media) : null
  if (!media || lasts === null || lasts === 0) return []
  // One sample, and a millisecond more because cameras round.
  const sample = lasts / Math.max(media.sampleCount, 1) + 0.001
  if (Math.abs(duration - lasts) <= sample) return []
  const message = `expected X-EXTINF-duration ${formatSeconds(lasts)} as the media lasts, received ${formatSeconds(duration)}`
  return [finding('duration-header-off', message)]
}

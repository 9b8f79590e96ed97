import type { RepresentationFacts } from '../../media/inspection.ts'
import type { ManifestSegments } from './comparison-state.ts'

/** Runs of a timeline among which the longest segment is looked for. */
const maxComparedRuns = 1_000

/** The segments that a representation lists; null where the MPD leaves them open. */
export function manifestSegmentsOf(facts: RepresentationFacts): ManifestSegments | null {
  const { timeline, timelineRest, timescale, duration, segments, periodSeconds, startNumber } = facts
  if (timescale <= 0) return null
  const firstNumber = /\$Number/.test(facts.media ?? '') ? startNumber : null
  if (timeline) {
    const [first] = timeline
    if (!first || timeline.some(({ count }) => count === null)) return null
    return {
      count: timeline.reduce((sum, run) => sum + (run.count ?? 0), timelineRest?.count ?? 0),
      slack: 0,
      firstNumber,
      startSeconds: first.t / timescale,
      seconds:
        timeline.reduce((sum, { d, count }) => sum + d * (count ?? 0), timelineRest?.duration ?? 0) /
        timescale,
      longest: Math.max(...timeline.slice(0, maxComparedRuns).map(({ d }) => d)) / timescale,
    }
  }
  if (duration === null) return null
  const longest = duration / timescale
  const open = { firstNumber: null, startSeconds: null, longest }
  if (segments) return { ...open, count: segments.length, slack: 0, seconds: segments.length * longest }
  if (periodSeconds === null) return null
  return { ...open, count: Math.ceil(periodSeconds / longest - 0.01), slack: 1, seconds: periodSeconds }
}

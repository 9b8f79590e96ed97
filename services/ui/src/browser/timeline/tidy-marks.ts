import type { Axis, Mark, OpenMark } from './mark.ts'

/** The marks of a lane that grows. */
export interface GrowingMarks {
  readonly marks: OpenMark[]
  gaps: (readonly [from: number, to: number])[]
  /** How many marks are in order and have their ends and gaps. */
  tidyTo: number
  /** The last of these marks that has media. */
  lastMedia: OpenMark | null
}

/**
 * Sorts the marks and computes their ends and gaps. Marks that arrived in order are processed once. On the arrival axis
 * a mark ends where the next one begins: otherwise the marks of a burst would cover each other.
 */
export function tidy(lane: GrowingMarks, axis: Axis): void {
  const { marks } = lane
  if (!isSorted(marks, lane.tidyTo)) {
    marks.sort((a, b) => a.begin - b.begin)
    Object.assign(lane, { tidyTo: 0, lastMedia: null, gaps: [] })
  }
  for (let i = lane.tidyTo; i < marks.length; i++) {
    const mark = marks[i]
    const before = marks[i - 1]
    if (!mark) continue
    mark.end = mark.mediaEnd
    if (axis === 'arrival' && before)
      before.end = mark.begin > before.begin ? Math.min(before.mediaEnd, mark.begin) : before.mediaEnd
    if (mark.row.decodeTime === null || !mark.row.timescale || mark.row.duration === null) continue
    const gap = lane.lastMedia && gapBetween(lane.lastMedia, mark)
    if (gap) lane.gaps.push(gap)
    lane.lastMedia = mark
  }
  lane.tidyTo = marks.length
}

function isSorted(marks: readonly Mark[], from: number): boolean {
  for (let i = Math.max(1, from); i < marks.length; i++)
    if ((marks[i]?.begin ?? 0) < (marks[i - 1]?.begin ?? 0)) return false
  return true
}

/** The gap between two segments of one session; null when the media of the second follows that of the first. */
function gapBetween(before: Mark, mark: Mark): readonly [number, number] | null {
  const [one, next] = [before.row, mark.row]
  if (one.session !== next.session || one.timescale !== next.timescale) return null
  if (one.decodeTime === null || one.duration === null || next.decodeTime === null) return null
  const missing = next.decodeTime - one.decodeTime - one.duration
  if (missing <= one.duration * 0.05 || before.end >= mark.begin) return null
  return [before.end, mark.begin]
}

import type { TimelineRun } from '../inspection.ts'
import type { Element } from '../xml/xml.ts'
import { parsePositive, parseUnsigned } from './attribute-values.ts'

/**
 * The S elements of a SegmentTimeline as runs (ISO/IEC 23009-1, 5.3.9.6). Without @t a run starts where the
 * previous one ended; @r of -1 repeats up to the next @t or up to `periodEnd`, in timescale units, null where
 * the MPD leaves it open.
 */
export function readTimeline(entries: readonly Element[], periodEnd: number | null): TimelineRun[] {
  const runs: TimelineRun[] = []
  for (const [index, { attributes }] of entries.entries()) {
    const d = parsePositive(attributes.d)
    if (d === null) continue
    const previous = runs.at(-1)
    const t = parseUnsigned(attributes.t) ?? (previous ? endOf(previous) : 0)
    const end = parseUnsigned(entries[index + 1]?.attributes.t) ?? periodEnd
    const run = { t, d, count: countOf(attributes.r, t, d, end) }

    if (previous && continues(previous, run)) runs[runs.length - 1] = joined(previous, run)
    else runs.push(run)
  }
  return runs
}

function countOf(repeat: string | undefined, t: number, d: number, end: number | null): number | null {
  if (!repeat?.trim().startsWith('-')) return (parseUnsigned(repeat) ?? 0) + 1
  return end === null ? null : Math.max(1, Math.ceil((end - t) / d))
}

const endOf = ({ t, d, count }: TimelineRun): number => t + d * (count ?? 1)

const continues = (run: TimelineRun, next: TimelineRun): boolean =>
  run.count !== null && run.d === next.d && endOf(run) === next.t

const joined = (run: TimelineRun, next: TimelineRun): TimelineRun => ({
  ...run,
  count: run.count === null || next.count === null ? null : run.count + next.count,
})

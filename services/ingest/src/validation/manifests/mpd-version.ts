import type { MpdFacts, PeriodFacts } from '../../media/inspection.ts'
import { parseDateTime } from '../../media/mpd/attribute-values.ts'
import { maxSets } from '../../media/mpd/mpd.ts'
import type { Context } from '../evaluation.ts'
import { excerpt, type Finding, finding } from '../finding.ts'
import type { MpdVersion, Session } from '../state.ts'
import { textDigest } from '../tracks/track-names.ts'

/** More MPDs of a session than these are not compared with their next versions, and more periods of one. */
const maxMpds = 4
const maxPeriods = 4
const maxBytes = 2_048

/**
 * ISO/IEC 23009-1, 5.4, and DASH-IF's timing model: an updated MPD keeps its id and availabilityStartTime, and of each Period
 * that it still has the start and the adaptation sets, by their ids. At most one finding.
 */
export function compareMpdVersion(
  { upload }: Pick<Context, 'upload'>,
  session: Pick<Session, 'mpds'>,
  mpd: MpdFacts,
): { readonly mpds: readonly MpdVersion[]; readonly findings: readonly Finding[] } {
  const path = textDigest(upload.path)
  const before = session.mpds?.find((version) => version.path === path)
  const version = versionOf(path, mpd)
  // A static MPD has no updates: what stands in its place later is of another presentation.
  const changed = before && !before.isStatic ? changeOf(before, version) : null
  const others = (session.mpds ?? []).filter((one) => one !== before)
  return {
    mpds: [...others, version].slice(-maxMpds),
    findings: changed === null ? [] : [finding('mpd-changed', changed)],
  }
}

function versionOf(path: number, { type, id, availabilityStartTime, periods }: MpdFacts): MpdVersion {
  const startMs = availabilityStartTime === null ? Number.NaN : parseDateTime(availabilityStartTime)
  const newest = periods?.slice(-maxPeriods)
  const isSmall = JSON.stringify(newest ?? []).length <= maxBytes
  return {
    path,
    isStatic: type === 'dynamic' ? undefined : true,
    id,
    startMs: Number.isNaN(startMs) ? undefined : startMs,
    periods: isSmall ? newest : undefined,
  }
}

function changeOf(before: MpdVersion, now: MpdVersion): string | null {
  if (before.id !== undefined && before.id !== now.id)
    return `expected MPD@id ${excerpt(before.id)} as before, received ${now.id === undefined ? 'none' : excerpt(now.id)}`
  const { startMs } = before
  if (startMs !== undefined && now.startMs !== undefined && startMs !== now.startMs)
    return `expected availabilityStartTime ${timeOf(startMs)} as before, received ${timeOf(now.startMs)}`
  for (const period of before.periods ?? []) {
    const same = now.periods?.find(({ id }) => id === period.id)
    const changed = same ? periodChange(period, same) : null
    if (changed !== null) return changed
  }
  return null
}

const timeOf = (ms: number): string => new Date(ms).toISOString()

function periodChange(before: PeriodFacts, now: PeriodFacts): string | null {
  const name = `Period ${excerpt(before.id)}`
  if (before.start !== undefined && now.start !== undefined && before.start !== now.start)
    return `expected ${name} to start at ${before.start} s as before, received ${now.start} s`
  const lost = before.sets?.find((set) => !now.sets?.includes(set))
  if (lost === undefined || isFull(now)) return null
  return `expected adaptation set ${excerpt(lost)} in ${name} as before, received none of that id`
}

/** Whether a Period may have adaptation sets that are not known. */
const isFull = ({ sets }: PeriodFacts): boolean => sets?.length === maxSets

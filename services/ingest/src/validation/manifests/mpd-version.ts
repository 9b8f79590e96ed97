import type { MpdFacts, PeriodFacts } from '../../media/inspection.ts'
import { parseDateTime } from '../../media/mpd/attribute-values.ts'
import { maxSets } from '../../media/mpd/mpd.ts'
import type { Context } from '../evaluation.ts'
import { excerpt, type Finding, finding, type WithdrawnFinding } from '../finding.ts'
import type { Session } from '../state.ts'
import { textDigest } from '../tracks/track-names.ts'
import type { MpdChange, MpdVersion } from './manifest-state.ts'

/** More MPDs of a session than these are not compared with their next versions, and more periods of one. */
const maxMpds = 4
const maxPeriods = 4
const maxBytes = 2_048
const maxChanges = 4

/**
 * ISO/IEC 23009-1, 5.4, and DASH-IF's timing model: an updated MPD keeps its id and availabilityStartTime, and of each Period
 * that it still has the start and the adaptation sets, by their ids. At most one finding.
 */
export function compareMpdVersion(
  context: Pick<Context, 'upload' | 'receivedMs'>,
  session: Pick<Session, 'mpds' | 'segmentCount' | 'lastObjectMs'>,
  mpd: MpdFacts,
): { readonly mpds: readonly MpdVersion[]; readonly findings: readonly Finding[] } {
  const path = textDigest(context.upload.path)
  const before = session.mpds?.find((version) => version.path === path)
  const version = versionOf(path, mpd)
  // A static MPD has no updates: what stands in its place later is of another presentation.
  const changed = before && !before.isStatic ? changeOf(before, version, mpd) : null
  const found =
    before && changed !== null ? changeFinding(context, session, { before, version, changed }) : null
  const changes = changesAfter(context, session, before, found)
  const others = (session.mpds ?? []).filter((one) => one !== before)
  return {
    mpds: [...others, { ...version, changes }].slice(-maxMpds),
    findings: found === null ? [] : [found],
  }
}

/** The versions of MPDs that a recording behind a restart goes on with: those that show the restart before its segments do. */
export const mpdsOfNext = (old: Session): Session['mpds'] => {
  const mpds = (old.mpds ?? []).filter((version) => changesSince(version, old).length > 0)
  return mpds.length > 0 ? mpds.map((version) => ({ ...version, changes: undefined })) : undefined
}

/** The findings on MPDs behind the newest segment of a recording that a restart of the device explains. */
export const explainedChanges = (old: Session): readonly WithdrawnFinding[] =>
  (old.mpds ?? []).flatMap((version) =>
    changesSince(version, old).map(({ upload, severity }) => ({
      upload,
      severity,
      code: 'mpd-changed' as const,
      session: old.id,
    })),
  )

/** The changes that came behind the newest segment. */
const changesSince = (
  version: MpdVersion | undefined,
  { segmentCount }: Pick<Session, 'segmentCount'>,
): readonly MpdChange[] => version?.changes?.filter(({ segments }) => segments === segmentCount) ?? []

function changesAfter(
  { upload }: Pick<Context, 'upload'>,
  session: Pick<Session, 'segmentCount'>,
  before: MpdVersion | undefined,
  found: Finding | null,
): MpdVersion['changes'] {
  const open = changesSince(before, session)
  const own = found && { upload: upload.id, severity: found.severity, segments: session.segmentCount }
  const changes = own ? [...open, own].slice(-maxChanges) : open
  return changes.length > 0 ? changes : undefined
}

/**
 * A device that has started again may send its MPD first. A presentation that begins now, behind all that came, may be that
 * of a restart, which its segments show: a warning. It is an error behind another change after which the segments went on.
 */
function changeFinding(
  { receivedMs }: Pick<Context, 'receivedMs'>,
  session: Pick<Session, 'segmentCount' | 'lastObjectMs'>,
  { before, version, changed }: { before: MpdVersion; version: MpdVersion; changed: string },
): Finding {
  const { startMs = Number.NaN } = version
  const isUnexplained = before.changes !== undefined && changesSince(before, session).length === 0
  const mayBeRestart =
    session.segmentCount > 0 &&
    !version.isStatic &&
    !isUnexplained &&
    startMs !== before.startMs &&
    startMs >= session.lastObjectMs - maxSkewMs &&
    startMs <= receivedMs + maxSkewMs
  if (!mayBeRestart) return finding('mpd-changed', changed)
  return finding('mpd-changed', `${changed}, unless the device has started again`, 'warning')
}

/** How far the clock of a device may be from this server's. */
const maxSkewMs = 60_000

function versionOf(path: number, { type, id, availabilityStartTime, periods = [] }: MpdFacts): MpdVersion {
  const startMs = availabilityStartTime === null ? Number.NaN : parseDateTime(availabilityStartTime)
  const isLarge = (some: readonly PeriodFacts[]) => JSON.stringify(some).length > maxBytes
  let newest = periods.slice(-maxPeriods)
  while (isLarge(newest)) newest = newest.slice(1)
  return {
    path,
    isStatic: type === 'dynamic' ? undefined : true,
    id,
    startMs: Number.isNaN(startMs) ? undefined : startMs,
    periods: newest.length > 0 ? newest : undefined,
  }
}

function changeOf(before: MpdVersion, now: MpdVersion, { periods = [] }: MpdFacts): string | null {
  if (before.id !== undefined && before.id !== now.id)
    return `expected MPD@id ${excerpt(before.id)} as before, received ${now.id === undefined ? 'none' : excerpt(now.id)}`
  const { startMs } = before
  if (startMs !== undefined && now.startMs !== undefined && startMs !== now.startMs)
    return `expected availabilityStartTime ${timeOf(startMs)} as before, received ${timeOf(now.startMs)}`
  for (const period of before.periods ?? []) {
    const same = periods.find(({ id }) => id === period.id)
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

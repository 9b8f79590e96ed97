import type { MediaFacts } from '../../media/inspection.ts'
import { isInitName } from '../../uploads/object-path.ts'
import type { Context } from '../evaluation.ts'
import type { Clock, Track } from '../state.ts'
import { isLate } from './late-segment.ts'
import { clockAfter } from './segment-media.ts'

/**
 * Uploads side by side, as over HTTP/2, may end in another order than they began. What is on its way is not missing, and what
 * was overtaken is not late.
 */

const maxAwaited = 8

/** Earlier segments of its track that a segment has overtaken. */
const overtakenBy = ({ upload }: Context): readonly string[] =>
  upload.beside?.filter((path) => !isInitName(path)) ?? []

/** Whether a segment has overtaken others. */
const hasOvertaken = (context: Context): boolean => overtakenBy(context).length > 0

/** Whether a later segment has overtaken this one. */
export const isAwaited = ({ upload }: Context, { awaited }: Track): boolean =>
  awaited?.includes(upload.path) === true

/** Whether a segment came in the order of its track, as far as that is known. */
export const isInOrder = (context: Context, track: Track): boolean =>
  !isAwaited(context, track) && !hasOvertaken(context)

/** Whether an init segment is on its way beside a segment. */
export const isInitOnItsWay = ({ upload }: Pick<Context, 'upload'>): boolean =>
  upload.beside?.some(isInitName) === true

/** Paths of the segments that a track still waits for after this one. */
export function awaitedAfter(context: Context, { awaited }: Track): Track['awaited'] {
  const overtaken = overtakenBy(context)
  if (awaited === undefined && overtaken.length === 0) return undefined
  const left = new Set([...(awaited ?? []), ...overtaken])
  left.delete(context.upload.path)
  return left.size > 0 ? [...left].slice(-maxAwaited) : undefined
}

/** The clock of a track after a segment, which came in order or not. */
export function clockInOrder(context: Context, track: Track, media: MediaFacts): Clock | null {
  const after = isBetween(context, track, media) ? clockAfterLate : clockAfter
  return after(track, media, context.upload.bytes)
}

/** Whether the time of a segment is between others of its track. */
export const isBetween = (context: Context, track: Track, media: MediaFacts): boolean =>
  isAwaited(context, track) || isLate(track, media)

/** The clock after a segment whose time is between others. */
function clockAfterLate(track: Track, media: MediaFacts, bytes: number): Clock | null {
  const { clock } = track
  const own = clockAfter({ ...track, clock: null }, media, bytes)
  if (!clock || !own) return clock
  return {
    ...clock,
    start: Math.min(clock.start, own.start),
    total: clock.total + own.total,
    count: clock.count + 1,
    bytes: clock.bytes + bytes,
    sequence: Math.max(clock.sequence, own.sequence),
  }
}

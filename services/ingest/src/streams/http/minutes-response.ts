import type { minutesResponse as schema } from '@pushav/shared/api/uploads.ts'
import type { z } from 'zod'
import { severities } from '../../validation/finding.ts'
import type { MinuteCounts } from '../ports.ts'

/** Counts by track; those of one minute from several sessions are added up. */
export function minutesResponse(counts: readonly MinuteCounts[]): z.infer<typeof schema> {
  const begin = counts.reduce((first, { minute }) => Math.min(first, minute), Number.POSITIVE_INFINITY)
  if (counts.length === 0) return { begin: null, tracks: {} }
  const byTrack = Map.groupBy(counts, ({ track }) => track)
  const tracks = [...byTrack].map(([track, some]) => [track, rowsOf(some, begin)] as const)
  return { begin: new Date(begin * 60_000).toISOString(), tracks: Object.fromEntries(tracks) }
}

function rowsOf(counts: readonly MinuteCounts[], begin: number) {
  return [...Map.groupBy(counts, ({ minute }) => minute)]
    .sort(([one], [other]) => one - other)
    .map(([minute, some]): [number, number, number, MinuteCounts['worst']] => [
      minute - begin,
      some.reduce((sum, { uploads }) => sum + uploads, 0),
      some.reduce((sum, { bytes }) => sum + bytes, 0),
      severities.find((severity) => some.some(({ worst }) => worst === severity)) ?? null,
    ])
}

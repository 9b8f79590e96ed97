import type { Severity } from '../../api/types.ts'
import { xOf } from '../scale.ts'
import { minimapHeight, type Picture, rankOf, sizeOf } from './canvas.ts'

/** The uploads of one minute; `at` is its begin in milliseconds since 1970. */
export interface Minute {
  readonly at: number
  readonly bytes: number
  readonly worst: Severity | null
}

/** Paints the whole log in small: bytes by time, with errors in red, and a frame around the range in view. */
export function paintMinimap(
  context: CanvasRenderingContext2D,
  { lanes, scale, colors }: Picture,
  whole: { readonly from: number; readonly to: number },
  minutes: readonly Minute[],
): void {
  const { height } = sizeOf(context)
  const top = height - minimapHeight
  const all = { ...scale, from: whole.from, to: whole.to }
  const buckets = new Map<number, { bytes: number; rank: number }>()
  const count = (at: number, bytes: number, rank: number) => {
    const x = Math.floor(xOf(all, at) / 3) * 3
    const bucket = buckets.get(x) ?? { bytes: 0, rank: 0 }
    buckets.set(x, { bytes: bucket.bytes + bytes, rank: Math.max(bucket.rank, rank) })
  }
  if (minutes.length > 0) for (const minute of minutes) count(minute.at, minute.bytes, rankOf(minute))
  else for (const [tenth, { bytes, worst }] of lanes.tenths) count(tenth * 100, bytes, rankOf({ worst }))
  let max = 1
  for (const { bytes } of buckets.values()) max = Math.max(max, bytes)
  for (const [x, { bytes, rank }] of buckets) {
    const bar = 4 + (bytes / max) * (minimapHeight - 8)
    context.fillStyle = rank === 3 ? colors.error : rank === 2 ? colors.warning : colors.other
    context.fillRect(x, height - bar - 1, 2, bar)
  }
  const [from, to] = [
    Math.max(scale.left, xOf(all, scale.from)),
    Math.min(scale.left + scale.width, xOf(all, scale.to)),
  ]
  context.strokeStyle = colors.accent
  context.lineWidth = 1.5
  context.strokeRect(from, top + 1, Math.max(3, to - from), minimapHeight - 2)
}

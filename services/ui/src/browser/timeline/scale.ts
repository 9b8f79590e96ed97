/** Maps a range of time to pixels: `from` and `to` are in milliseconds, `left` and `width` in pixels. */
export interface Scale {
  readonly from: number
  readonly to: number
  readonly left: number
  readonly width: number
}

/** A range of time in milliseconds since 1970. */
export interface Range {
  readonly from: number
  readonly to: number
}

export const xOf = ({ from, to, left, width }: Scale, ms: number): number =>
  left + ((ms - from) / (to - from)) * width

export const msOf = ({ from, to, left, width }: Scale, x: number): number =>
  from + ((x - left) / width) * (to - from)

const minSpanMs = 20

/** A range that is `factor` times as long, with the time `around` at the same place in it. */
export function zoomed({ from, to }: Range, factor: number, around: number): Range {
  const span = Math.max(minSpanMs, (to - from) * factor)
  const share = (around - from) / (to - from)
  return { from: around - share * span, to: around + (1 - share) * span }
}

export const moved = ({ from, to }: Range, ms: number): Range => ({ from: from + ms, to: to + ms })

/** Round durations from 1 ms to a day. */
const steps = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 3e4, 6e4, 12e4, 3e5, 6e5, 18e5, 36e5, 72e5, 216e5,
  432e5, 864e5,
]

/** Distance of the ticks on the time axis in milliseconds: round, and at least 90 pixels wide. */
export function tickStep({ from, to, width }: Scale): number {
  const needed = ((to - from) / width) * 90
  return steps.find((step) => step >= needed) ?? 864e5
}

/** Times of the ticks in view; `origin` is a time that has a tick. */
export function ticksOf(scale: Scale, origin: number): readonly number[] {
  const step = tickStep(scale)
  const ticks: number[] = []
  for (let at = origin + Math.ceil((scale.from - origin) / step) * step; at <= scale.to; at += step)
    ticks.push(at)
  return ticks
}

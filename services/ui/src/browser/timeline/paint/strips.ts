import { bitrate } from '../../dom/format.ts'
import type { Mark } from '../mark.ts'
import { type Lane, marksIn } from '../marks.ts'
import { type Scale, xOf } from '../scale.ts'
import { clip, label, type Picture, sizeOf, stripHeight } from './canvas.ts'

/** Paints the bit rate of each segment. */
export function paintBitrates(context: CanvasRenderingContext2D, picture: Picture, y: number): void {
  paintStrip(context, picture, y, 'bitrate', (mark) => mark.bitrate, bitrate)
}

/** Paints how much later than its media each segment arrived. */
export function paintDelays(context: CanvasRenderingContext2D, picture: Picture, y: number): void {
  paintStrip(
    context,
    picture,
    y,
    'delay',
    (mark) => (mark.delay === null ? null : Math.max(0, mark.delay)),
    (ms) => `+${(ms / 1_000).toFixed(2)} s`,
  )
}

/** Paints a bar for each mark, whose height is the mark's amount relative to the greatest in view. */
function paintStrip(
  context: CanvasRenderingContext2D,
  picture: Picture,
  y: number,
  name: string,
  amountOf: (mark: Mark) => number | null,
  textOf: (value: number) => string,
): void {
  const { scale, lanes, colors } = picture
  const height = sizeOf(context).height
  const shown = lanes.lanes.flatMap((lane) => barsOf(lane, scale, amountOf))
  let max = 1
  for (const { value } of shown) max = Math.max(max, value)
  label(context, picture, name, y + stripHeight / 2 - (shown.length > 0 ? 7 : 0))
  if (shown.length > 0) label(context, picture, `≤ ${textOf(max)}`, y + stripHeight / 2 + 7)
  clip(context, scale, height, () => {
    for (const { kind, x, width, value } of shown) {
      const bar = Math.max(1, (value / max) * (stripHeight - 8))
      context.fillStyle = colors[kind]
      context.globalAlpha = kind === 'video' ? 0.75 : 0.9
      context.fillRect(x, y + stripHeight - 3 - bar, width, kind === 'video' ? bar : Math.min(bar, 3))
    }
    context.globalAlpha = 1
  })
  context.fillStyle = colors.line
  context.fillRect(0, y + stripHeight - 2, scale.left + scale.width, 1)
}

interface Bar {
  readonly kind: Exclude<Lane['kind'], 'manifest'>
  readonly x: number
  readonly width: number
  value: number
}

/** The values of a lane as bars. Joins bars narrower than two pixels, with the greatest of their values. */
function barsOf(lane: Lane, scale: Scale, amountOf: (mark: Mark) => number | null): readonly Bar[] {
  const { kind } = lane
  if (kind === 'manifest') return []
  const bars: Bar[] = []
  for (const mark of marksIn(lane, scale.from, scale.to)) {
    const value = amountOf(mark)
    if (value === null || mark.end < scale.from || mark.begin > scale.to) continue
    const x = xOf(scale, mark.begin)
    const width = xOf(scale, mark.end) - x - 1
    const last = bars.at(-1)
    if (width < 2 && last && last.width === 2 && x - last.x < 2) last.value = Math.max(last.value, value)
    else bars.push({ kind, x, width: Math.max(2, width), value })
  }
  return bars
}

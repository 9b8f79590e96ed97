import { clock, clockSeconds } from '../../dom/format.ts'
import { tickStep, ticksOf, xOf } from '../scale.ts'
import {
  clip,
  label,
  laneHeight,
  minimapHeight,
  type Picture,
  rulerHeight,
  sizeOf,
  stripHeight,
} from './canvas.ts'
import type { Spot } from './mark-shapes.ts'
import { paintLane } from './paint-marks.ts'
import { paintBitrates, paintDelays } from './strips.ts'

/** Paints the timeline without its minimap. Returns where it has painted marks. */
export function paintTimeline(context: CanvasRenderingContext2D, picture: Picture): readonly Spot[] {
  const { scale, colors, lanes } = picture
  const { width, height } = sizeOf(context)
  const count = lanes.lanes.length
  const each = laneHeight(count)
  context.clearRect(0, 0, width, height)
  context.font = '12px system-ui, sans-serif'
  context.textBaseline = 'middle'
  paintRuler(context, picture, height - minimapHeight - 6)
  const spots: Spot[] = []
  for (const [i, lane] of lanes.lanes.entries()) {
    const y = rulerHeight + i * each
    context.fillStyle = colors.line
    context.fillRect(0, y + each - 1, width, 1)
    label(context, picture, lane.name === '' ? 'media' : lane.name, y + each / 2)
    clip(context, scale, height, () => paintLane(context, picture, lane, y, each, spots))
  }
  clip(context, scale, height, () => paintFlights(context, picture, rulerHeight, each))
  const stripsTop = rulerHeight + Math.max(1, count) * each
  paintBitrates(context, picture, stripsTop)
  paintDelays(context, picture, stripsTop + stripHeight)
  paintOverlays(context, picture, stripsTop + 2 * stripHeight)
  return spots
}

function paintRuler(
  context: CanvasRenderingContext2D,
  { scale, colors, axis, lanes }: Picture,
  bottom: number,
): void {
  const isMedia = axis === 'media'
  const step = tickStep(scale)
  context.textAlign = 'center'
  for (const at of ticksOf(scale, isMedia ? lanes.origin : 0)) {
    const x = Math.round(xOf(scale, at))
    context.fillStyle = colors.line
    context.fillRect(x, rulerHeight - 4, 1, bottom - rulerHeight)
    context.fillStyle = colors.muted
    const text = isMedia
      ? `${((at - lanes.origin) / 1_000).toFixed(step < 1_000 ? 2 : 0)} s`
      : step < 1_000
        ? clock(at)
        : clockSeconds(at)
    const isCut = x < scale.left + 20 || x > scale.left + scale.width - 20
    if (!isCut) context.fillText(text, x, rulerHeight / 2)
  }
}

/**
 * Paints requests in flight as outlines that fill with the arrived bytes, on the lane of their folder or the last one.
 */
function paintFlights(
  context: CanvasRenderingContext2D,
  { inFlight, lanes, scale, colors, now }: Picture,
  top: number,
  each: number,
): void {
  for (const flight of inFlight) {
    const folder = flight.path.split('/').slice(0, -1).join('/')
    const found = lanes.lanes.findIndex(
      ({ kind, marks }) => kind !== 'manifest' && marks.at(-1)?.row.path.startsWith(`${folder}/`),
    )
    const lane = /\.(mpd|m3u8)$/i.test(flight.path) ? 0 : found < 0 ? lanes.lanes.length - 1 : found
    const x = xOf(scale, Date.parse(flight.started_at))
    const width = Math.max(4, xOf(scale, now) - x)
    const y = top + Math.max(0, lane) * each + 6
    const filled = flight.declared_bytes ? Math.min(1, flight.bytes / flight.declared_bytes) : 0.5
    context.fillStyle = colors.flying
    context.globalAlpha = 0.45
    context.fillRect(x, y + (each - 14) * (1 - filled), width, (each - 14) * filled)
    context.globalAlpha = 1
    context.strokeStyle = colors.flying
    context.setLineDash([4, 3])
    context.lineWidth = 1.5
    context.strokeRect(x, y, width, each - 14)
    context.setLineDash([])
  }
}

function paintOverlays(
  context: CanvasRenderingContext2D,
  { scale, colors, now, isLive, selection, playhead }: Picture,
  bottom: number,
): void {
  const line = (at: number, color: string) => {
    const x = xOf(scale, at)
    if (x < scale.left || x > scale.left + scale.width) return
    context.fillStyle = color
    context.fillRect(Math.round(x), rulerHeight - 4, 2, bottom - rulerHeight + 4)
  }
  if (isLive) line(now, colors.ok)
  if (playhead !== null) line(playhead, colors.accent)
  if (!selection) return
  const [from, to] = [xOf(scale, selection.from), xOf(scale, selection.to)].sort((a, b) => a - b) as [
    number,
    number,
  ]
  context.fillStyle = colors.accent
  context.globalAlpha = 0.18
  context.fillRect(from, rulerHeight, to - from, bottom - rulerHeight)
  context.globalAlpha = 1
}

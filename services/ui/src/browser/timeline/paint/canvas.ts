import type { InFlight, Row, Severity } from '../../api/types.ts'
import { visible } from '../../dom/format.ts'
import type { Lanes } from '../marks.ts'
import type { Scale } from '../scale.ts'
import type { Colors } from './colors.ts'

/** Everything that a paint of the timeline shows. */
export interface Picture {
  readonly lanes: Lanes
  readonly inFlight: readonly InFlight[]
  readonly scale: Scale
  readonly axis: 'arrival' | 'media'
  /** The server's time in milliseconds since 1970. */
  readonly now: number
  readonly isLive: boolean
  readonly chosen: string | null
  readonly hovered: string | null
  /** Whether the filter shows a row. */
  readonly isLit: (row: Row) => boolean
  /** The range that the reader is choosing; null at other times. */
  readonly selection: { readonly from: number; readonly to: number } | null
  /** The position of the player on this axis; null without a player. */
  readonly playhead: number | null
  readonly colors: Colors
}

/** Heights of the parts from top to bottom, in pixels: the ruler, the lanes, two strips, the minimap. */
export const rulerHeight = 22
export const stripHeight = 30
export const minimapHeight = 22

export const laneHeight = (count: number): number => (count > 6 ? 16 : 32)

/** Height of the whole timeline with `count` lanes, in pixels. */
export const heightOf = (count: number): number =>
  rulerHeight + Math.max(1, count) * laneHeight(count) + 2 * stripHeight + minimapHeight + 6

/** Distance of the lane at an index from the top, in pixels. */
export const topOf = (lane: number, count: number): number => rulerHeight + lane * laneHeight(count)

const severities = { error: 3, warning: 2, note: 1 } as const

/** A number for the worst severity: the worse, the greater; 0 without findings. */
export const rankOf = ({ worst }: { readonly worst: Severity | null }): number =>
  worst === null ? 0 : severities[worst]

/** Size of a canvas in CSS pixels. */
export function sizeOf({ canvas }: CanvasRenderingContext2D): { width: number; height: number } {
  return { width: canvas.width / devicePixelRatio, height: canvas.height / devicePixelRatio }
}

/** Runs `paint` so that it paints nothing outside the width of the scale. */
export function clip(
  context: CanvasRenderingContext2D,
  { left, width }: Scale,
  height: number,
  paint: () => void,
): void {
  context.save()
  context.beginPath()
  context.rect(left, 0, width, height)
  context.clip()
  paint()
  context.restore()
}

/** Paints a name left of the scale. A long name loses its beginning. */
export function label(
  context: CanvasRenderingContext2D,
  { scale, colors }: Picture,
  text: string,
  y: number,
): void {
  context.fillStyle = colors.muted
  context.textAlign = 'left'
  const shown = visible(text)
  const max = scale.left - 16
  let cut = shown
  // The end of a long name tells tracks apart.
  while (context.measureText(cut).width > max && cut.length > 2) cut = `…${cut.slice(2)}`
  context.fillText(cut, 10, y)
}

import type { Severity } from '../../api/types.ts'
import type { Mark } from '../mark.ts'
import type { Lane } from '../marks.ts'
import type { Picture } from './canvas.ts'
import type { Colors } from './colors.ts'

/** Where a mark was painted, in pixels, to find the mark at the pointer. */
export interface Spot {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly mark: Mark
}

/** Paints one mark: as wide as its media, as high as its size, with a shape and a sign for its findings. */
export function paintMark(
  context: CanvasRenderingContext2D,
  picture: Picture,
  lane: Lane,
  mark: Mark,
  x: number,
  width: number,
  y: number,
  each: number,
): Spot {
  const { colors, chosen, hovered, isLit } = picture
  const { row } = mark
  const room = each - 10
  const share = Math.min(1, Math.max(0.35, (Math.log10(Math.max(10, row.bytes)) - 1) / 6))
  const isError = row.worst === 'error'
  const height = Math.round(isError ? room : room * share * 0.88)
  const top = y + each - 7 - height
  context.globalAlpha = isLit(row) ? 1 : 0.2
  context.fillStyle = isError ? colors.error : lane.kind === 'manifest' ? colors.muted : colors[lane.kind]
  const isPoint = width === 8 && (lane.kind === 'manifest' || mark.end === mark.begin)
  if (isPoint) diamond(context, x, top + height / 2, Math.min(7, height / 2 + 1))
  else if (!row.whole) torn(context, x, top, width, height)
  else bar(context, x, top, width, height)
  paintSign(context, colors, row.worst, x, y, width, top + height / 2)
  context.globalAlpha = 1
  if (row.upload === chosen || row.upload === hovered) {
    context.strokeStyle = row.upload === chosen ? colors.text : colors.accent
    context.lineWidth = 2
    context.strokeRect(x - 1, y + 3, Math.max(width, 8) + 2, each - 8)
  }
  return { x, y, width: Math.max(width, 4), height: each, mark }
}

/** Paints the sign of a severity, if the mark is wide enough. `middle` is the vertical middle of its shape. */
function paintSign(
  context: CanvasRenderingContext2D,
  colors: Colors,
  worst: Severity | null,
  x: number,
  y: number,
  width: number,
  middle: number,
): void {
  if (worst === 'error' && width >= 10) cross(context, x + width / 2, middle, colors.page)
  if (worst === 'warning') triangle(context, x + Math.min(width / 2, 8), y + 2, colors.warning)
  if (worst === 'note' && width >= 6) dot(context, x + width / 2, middle, colors.page)
}

function bar(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number): void {
  if (width <= 4) return void context.fillRect(x, y, width, height)
  context.beginPath()
  context.roundRect(x, y, width, height, 3)
  context.fill()
}

function dot(context: CanvasRenderingContext2D, x: number, y: number, color: string): void {
  context.fillStyle = color
  context.beginPath()
  context.arc(x, y, 2, 0, 7)
  context.fill()
}

function diamond(context: CanvasRenderingContext2D, x: number, y: number, r: number): void {
  context.beginPath()
  context.moveTo(x, y - r)
  context.lineTo(x + r, y)
  context.lineTo(x, y + r)
  context.lineTo(x - r, y)
  context.fill()
}

/** A bar with a torn right edge, for an upload whose body was cut off. */
function torn(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number): void {
  const tooth = Math.min(5, width / 2)
  context.beginPath()
  context.moveTo(x, y)
  for (let i = 0; i <= 6; i++) context.lineTo(x + width - (i % 2 ? tooth : 0), y + (height * i) / 6)
  context.lineTo(x, y + height)
  context.fill()
}

function cross(context: CanvasRenderingContext2D, x: number, y: number, color: string): void {
  context.strokeStyle = color
  context.lineWidth = 2
  context.beginPath()
  context.moveTo(x - 4, y - 4)
  context.lineTo(x + 4, y + 4)
  context.moveTo(x + 4, y - 4)
  context.lineTo(x - 4, y + 4)
  context.stroke()
}

function triangle(context: CanvasRenderingContext2D, x: number, y: number, color: string): void {
  context.fillStyle = color
  context.beginPath()
  context.moveTo(x - 5, y + 8)
  context.lineTo(x, y)
  context.lineTo(x + 5, y + 8)
  context.fill()
}

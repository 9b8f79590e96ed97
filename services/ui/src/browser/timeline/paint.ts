import type { InFlight, Row, Severity } from '../api/types.ts'
import { bitrate as bitrateText, clock, clockSeconds, visible } from '../dom/format.ts'
import type { Colors } from './colors.ts'
import { type Lane, type Lanes, type Mark, marksIn } from './marks.ts'
import { type Scale, tickStep, ticksOf, xOf } from './scale.ts'

export interface Picture {
  readonly lanes: Lanes
  readonly inFlight: readonly InFlight[]
  readonly scale: Scale
  readonly axis: 'arrival' | 'media'
  /** The server's time. */
  readonly now: number
  readonly isLive: boolean
  readonly chosen: string | null
  readonly hovered: string | null
  /** Whether the filter shows a row. */
  readonly isLit: (row: Row) => boolean
  /** A stretch that is being chosen. */
  readonly selection: { readonly from: number; readonly to: number } | null
  /** Where a player is, on this axis. */
  readonly playhead: number | null
  readonly colors: Colors
}

/** What came within a minute. */
export interface Minute {
  readonly at: number
  readonly bytes: number
  readonly worst: Severity | null
}

/** A mark as it was painted, to find what the pointer is on. */
export interface Spot {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly mark: Mark
}

const ruler = 22
const strip = 30
export const minimapHeight = 22

const laneHeight = (count: number): number => (count > 6 ? 16 : 32)

export const heightOf = (count: number): number =>
  ruler + Math.max(1, count) * laneHeight(count) + 2 * strip + minimapHeight + 6

/** Where a lane begins, in pixels from the top. */
export const topOf = (lane: number, count: number): number => ruler + lane * laneHeight(count)

const severities = { error: 3, warning: 2, note: 1 } as const
const rankOf = ({ worst }: { readonly worst: Severity | null }): number =>
  worst === null ? 0 : severities[worst]

/** Paints everything and returns where the marks are. */
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
    const y = ruler + i * each
    context.fillStyle = colors.line
    context.fillRect(0, y + each - 1, width, 1)
    label(context, picture, lane.name === '' ? 'media' : lane.name, y + each / 2)
    clip(context, scale, height, () => paintLane(context, picture, lane, y, each, spots))
  }
  clip(context, scale, height, () => paintFlights(context, picture, ruler, each))
  const stripsTop = ruler + Math.max(1, count) * each
  paintStrip(context, picture, stripsTop, 'bitrate', (mark) => mark.bitrate, bitrateText)
  paintStrip(
    context,
    picture,
    stripsTop + strip,
    'delay',
    (mark) => (mark.delay === null ? null : Math.max(0, mark.delay)),
    (ms) => `+${(ms / 1_000).toFixed(2)} s`,
  )
  paintOverlays(context, picture, stripsTop + 2 * strip)
  return spots
}

function sizeOf({ canvas }: CanvasRenderingContext2D): { width: number; height: number } {
  return { width: canvas.width / devicePixelRatio, height: canvas.height / devicePixelRatio }
}

function clip(
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

function label(context: CanvasRenderingContext2D, { scale, colors }: Picture, text: string, y: number): void {
  context.fillStyle = colors.muted
  context.textAlign = 'left'
  const shown = visible(text)
  const max = scale.left - 16
  let cut = shown
  // The end of a long name tells tracks apart.
  while (context.measureText(cut).width > max && cut.length > 2) cut = `…${cut.slice(2)}`
  context.fillText(cut, 10, y)
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
    context.fillRect(x, ruler - 4, 1, bottom - ruler)
    context.fillStyle = colors.muted
    const text = isMedia
      ? `${((at - lanes.origin) / 1_000).toFixed(step < 1_000 ? 2 : 0)} s`
      : step < 1_000
        ? clock(at)
        : clockSeconds(at)
    const isCut = x < scale.left + 20 || x > scale.left + scale.width - 20
    if (!isCut) context.fillText(text, x, ruler / 2)
  }
}

function paintLane(
  context: CanvasRenderingContext2D,
  picture: Picture,
  lane: Lane,
  y: number,
  each: number,
  spots: Spot[],
): void {
  const { scale, colors } = picture
  const lineY = y + each - 5
  for (const [from, to] of lane.gaps) {
    const [begin, end] = [Math.max(from, scale.from), Math.min(to, scale.to)]
    if (begin < end) paintGap(context, colors, xOf(scale, begin), xOf(scale, end), y + 4, each - 12)
  }
  let joined: Mark | null = null
  let joinedX = 0
  /** Requests that follow each other within a pixel are one line. */
  let line = { from: 0, to: Number.NEGATIVE_INFINITY }
  const flushLine = () => {
    context.fillStyle = colors.muted
    if (line.to > line.from) context.fillRect(line.from, lineY, line.to - line.from, 2)
  }
  const flush = () => {
    if (joined) spots.push(paintMark(context, picture, lane, joined, joinedX, 2, y, each))
    joined = null
  }
  for (const mark of marksIn(lane, scale.from - 1_000, scale.to + 1_000)) {
    const x = xOf(scale, mark.begin)
    const width = lane.kind === 'manifest' || mark.end === mark.begin ? 8 : xOf(scale, mark.end) - x - 1
    const lineX = xOf(scale, mark.firstByte)
    const lineEnd = Math.max(lineX + 1.5, xOf(scale, mark.lastByte))
    if (lineX >= line.from && lineX <= line.to + 1) line.to = Math.max(line.to, lineEnd)
    else {
      flushLine()
      line = { from: lineX, to: lineEnd }
    }
    if (width >= 2) {
      flush()
      spots.push(paintMark(context, picture, lane, mark, x, width, y, each))
    } else if (joined && x - joinedX < 2) {
      if (rankOf(mark.row) > rankOf((joined as Mark).row)) joined = mark
    } else {
      flush()
      joined = mark
      joinedX = x
    }
  }
  flush()
  flushLine()
}

function paintGap(
  context: CanvasRenderingContext2D,
  colors: Colors,
  from: number,
  to: number,
  y: number,
  height: number,
): void {
  context.save()
  context.beginPath()
  context.rect(from, y, to - from, height)
  context.clip()
  context.strokeStyle = colors.error
  context.lineWidth = 1
  context.beginPath()
  for (let x = from - height; x < to; x += 6) {
    context.moveTo(x, y + height)
    context.lineTo(x + height, y)
  }
  context.stroke()
  context.restore()
}

function paintMark(
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
  if (width === 8 && (lane.kind === 'manifest' || mark.end === mark.begin))
    diamond(context, x, top + height / 2, Math.min(7, height / 2 + 1))
  else if (!row.whole) torn(context, x, top, width, height)
  else if (width <= 4) context.fillRect(x, top, width, height)
  else {
    context.beginPath()
    context.roundRect(x, top, width, height, 3)
    context.fill()
  }
  if (isError && width >= 10) cross(context, x + width / 2, top + height / 2, colors.page)
  if (row.worst === 'warning') triangle(context, x + Math.min(width / 2, 8), y + 2, colors.warning)
  if (row.worst === 'note' && width >= 6) {
    context.fillStyle = colors.page
    context.beginPath()
    context.arc(x + width / 2, top + height / 2, 2, 0, 7)
    context.fill()
  }
  context.globalAlpha = 1
  if (row.upload === chosen || row.upload === hovered) {
    context.strokeStyle = row.upload === chosen ? colors.text : colors.accent
    context.lineWidth = 2
    context.strokeRect(x - 1, y + 3, Math.max(width, 8) + 2, each - 8)
  }
  return { x, y, width: Math.max(width, 4), height: each, mark }
}

function diamond(context: CanvasRenderingContext2D, x: number, y: number, r: number): void {
  context.beginPath()
  context.moveTo(x, y - r)
  context.lineTo(x + r, y)
  context.lineTo(x, y + r)
  context.lineTo(x - r, y)
  context.fill()
}

/** A right edge that is torn: the body was cut off. */
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

/** What is on its way: an outline that fills with what has come, on the lane its folder names, else on the last. */
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
  label(context, picture, name, y + strip / 2 - (shown.length > 0 ? 7 : 0))
  if (shown.length > 0) label(context, picture, `≤ ${textOf(max)}`, y + strip / 2 + 7)
  clip(context, scale, height, () => {
    for (const { kind, x, width, value } of shown) {
      const bar = Math.max(1, (value / max) * (strip - 8))
      context.fillStyle = colors[kind]
      context.globalAlpha = kind === 'video' ? 0.75 : 0.9
      context.fillRect(x, y + strip - 3 - bar, width, kind === 'video' ? bar : Math.min(bar, 3))
    }
    context.globalAlpha = 1
  })
  context.fillStyle = colors.line
  context.fillRect(0, y + strip - 2, scale.left + scale.width, 1)
}

interface Bar {
  readonly kind: Exclude<Lane['kind'], 'manifest'>
  readonly x: number
  readonly width: number
  value: number
}

/** Values of a lane as bars; of those that are narrower than two pixels the greatest counts. */
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

function paintOverlays(
  context: CanvasRenderingContext2D,
  { scale, colors, now, isLive, selection, playhead }: Picture,
  bottom: number,
): void {
  const line = (at: number, color: string) => {
    const x = xOf(scale, at)
    if (x < scale.left || x > scale.left + scale.width) return
    context.fillStyle = color
    context.fillRect(Math.round(x), ruler - 4, 2, bottom - ruler + 4)
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
  context.fillRect(from, ruler, to - from, bottom - ruler)
  context.globalAlpha = 1
}

/** The whole log in small: uploads by time, errors red, and what of it is in view. */
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

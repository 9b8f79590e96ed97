import type { InFlight, Row } from '../api/types.ts'
import { bytes, clock, plural, span, visible } from '../dom/format.ts'
import { announce } from '../dom/frame.ts'
import { fill, h } from '../dom/h.ts'
import { markText } from '../dom/words.ts'
import { type Colors, readColors } from './colors.ts'
import { createLanes, type Lane, type LaneBuilder, type Lanes, type Mark } from './marks.ts'
import {
  heightOf,
  type Minute,
  minimapHeight,
  type Picture,
  paintMinimap,
  paintTimeline,
  type Spot,
  topOf,
} from './paint.ts'
import { moved, msOf, type Range, type Scale, xOf, zoomed } from './scale.ts'

export interface TimelineData {
  /** Names the rows that are shown; with another scope the timeline begins anew with `rows()`. */
  readonly scope: string
  readonly rows: () => Iterable<Row>
  readonly inFlight: readonly InFlight[]
  readonly axis: 'arrival' | 'media'
  readonly isLive: boolean
  readonly now: number
  readonly isLit: (row: Row) => boolean
  /** All of a long log, of which rows are only a part; empty when the rows are all. */
  readonly minutes: readonly Minute[]
  /** Null where it is not known. */
  readonly kindOf: (track: string) => Lane['kind'] | null
}

export interface Timeline {
  readonly element: HTMLElement
  update(data: TimelineData): void
  /** Rows of the scope that came since. */
  add(rows: Iterable<Row>): void
  paint(chosen: string | null, hovered: string | null): void
  zoom(factor: number): void
  pan(share: number): void
  /** Shows everything, or again the newest while following. */
  showAll(): void
  showRange(range: Range): void
  /** Where a player is, in milliseconds of the axis; null for nowhere. Shown by the next paint. */
  setPlayhead(at: number | null): void
}

interface TimelineOptions {
  readonly onChoose: (upload: string) => void
  readonly onHover: (upload: string | null) => void
  /** A stretch was chosen by dragging; null takes it back. */
  readonly onRange: (range: Range | null) => void
  /** What is in view changed by the reader's hand. */
  readonly onWindow: (range: Range) => void
  readonly requestPaint: () => void
}

const followedMs = 60_000

/** Lanes of all tracks over one time scale, with strips for bitrate and delay and a map of the whole. */
export function createTimeline({
  onChoose,
  onHover,
  onRange,
  onWindow,
  requestPaint,
}: TimelineOptions): Timeline {
  const canvas = h('canvas', { role: 'img', 'aria-label': 'Timeline' })
  const tip = h('div', { class: 'tip', hidden: true })
  const element = h(
    'div',
    {
      class: 'timeline',
      tabindex: '0',
      role: 'group',
      'aria-label': 'Timeline; arrow keys walk its marks, Enter opens one',
      on: { keydown: walk, blur: leaveMarks },
    },
    canvas,
    tip,
  )
  const context = canvas.getContext('2d')
  let colors: Colors | null = null
  let width = 0
  let data: TimelineData | null = null
  let builder: LaneBuilder | null = null
  let lanes: Lanes = { lanes: [], from: 0, to: 1, origin: 0, tenths: new Map() }
  let areLanesOld = false
  let label = ''
  /** The mark that keys walked to. */
  let walked: Mark | null = null
  /** Null: follow the end, or all of it when nothing is live. */
  let window: Range | null = null
  let spots: readonly Spot[] = []
  let selection: Range | null = null
  let playhead: number | null = null
  listen()
  return { element, update, add, paint, zoom, pan, showAll, showRange, setPlayhead }

  function update(now: TimelineData): void {
    const isSame = builder && data?.scope === now.scope && data.axis === now.axis
    data = now
    if (!isSame) {
      builder = createLanes(now.axis, (track) => data?.kindOf(track) ?? null)
      builder.add(now.rows())
      walked = null
    }
    areLanesOld = true
  }

  function add(rows: Iterable<Row>): void {
    builder?.add(rows)
    areLanesOld = true
  }

  /** Once a frame, however often news came. */
  function showLanes(): void {
    if (!builder || !areLanesOld) return
    areLanesOld = false
    lanes = builder.lanes()
    const parts = lanes.lanes.map(
      ({ name, marks, errors }) =>
        `${visible(name)}: ${plural(marks.length, 'upload')}, ${plural(errors, 'error')}`,
    )
    const now = `Timeline. ${parts.join('; ')}. All of it is in the log below.`
    if (now !== label) canvas.setAttribute('aria-label', now)
    label = now
  }

  /** Arrows walk the marks of a lane and from lane to lane; Enter opens the mark. */
  function walk(event: KeyboardEvent): void {
    if (event.target !== element || event.ctrlKey || event.metaKey || event.altKey) return
    const next = {
      ArrowLeft: () => neighbour(-1),
      ArrowRight: () => neighbour(1),
      ArrowUp: () => besides(-1),
      ArrowDown: () => besides(1),
      Home: () => laneOfWalked()?.marks[0],
      End: () => laneOfWalked()?.marks.at(-1),
    }[event.key]
    if (event.key === 'Enter' && walked) onChoose(walked.row.upload)
    else if (!next) return
    else walkTo(next() ?? walked)
    event.preventDefault()
    event.stopPropagation()
  }

  function laneOfWalked(): Lane | undefined {
    return lanes.lanes.find(({ marks }) => walked && marks.includes(walked)) ?? lanes.lanes[0]
  }

  function neighbour(step: 1 | -1): Mark | undefined {
    const marks = laneOfWalked()?.marks ?? []
    return walked ? marks[marks.indexOf(walked) + step] : marks.at(step === 1 ? 0 : -1)
  }

  /** The mark of the lane above or below that begins nearest. */
  function besides(step: 1 | -1): Mark | undefined {
    const lane = laneOfWalked()
    const marks = lanes.lanes[lane ? lanes.lanes.indexOf(lane) + step : 0]?.marks ?? []
    const begin = walked?.begin ?? 0
    let nearest = marks[0]
    for (const mark of marks)
      if (nearest && Math.abs(mark.begin - begin) < Math.abs(nearest.begin - begin)) nearest = mark
    return nearest
  }

  function walkTo(mark: Mark | null): void {
    if (!mark) return
    walked = mark
    const now = range()
    if (mark.begin < now.from || mark.begin > now.to) show(moved(now, mark.begin - (now.from + now.to) / 2))
    onHover(mark.row.upload)
    const lane = lanes.lanes.findIndex(({ marks }) => marks.includes(mark))
    showTip(mark, xOf(scale(), mark.begin), topOf(lane, lanes.lanes.length))
    announce(tip.textContent ?? '')
  }

  function leaveMarks(): void {
    if (!walked) return
    walked = null
    tip.hidden = true
    onHover(null)
  }

  function whole(): Range {
    if (!data || lanes.lanes.length === 0) return { from: Date.now() - followedMs, to: Date.now() }
    const from = Math.min(lanes.from, data.minutes[0]?.at ?? lanes.from)
    const to = data.isLive ? Math.max(lanes.to, data.now) : lanes.to
    // Little, also of a long log: what follows the end would show nothing else.
    const margin = Math.min(1_500, Math.max(200, (to - from) * 0.02))
    return { from: from - margin, to: to + margin }
  }

  function range(): Range {
    if (window) return window
    const all = whole()
    if (!data?.isLive || all.to - all.from < followedMs) return all
    return { from: all.to - followedMs, to: all.to }
  }

  function scale(): Scale {
    const left = width < 600 ? 92 : 120
    return { ...range(), left, width: Math.max(50, width - left - 12) }
  }

  function paint(chosen: string | null, hovered: string | null): void {
    if (!context || !data || width === 0) return
    showLanes()
    colors ??= readColors()
    const height = heightOf(lanes.lanes.length)
    if (
      canvas.width !== Math.round(width * devicePixelRatio) ||
      canvas.height !== Math.round(height * devicePixelRatio)
    ) {
      canvas.width = Math.round(width * devicePixelRatio)
      canvas.height = Math.round(height * devicePixelRatio)
      canvas.style.height = `${height}px`
    }
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0)
    const picture: Picture = { ...data, lanes, scale: scale(), chosen, hovered, selection, playhead, colors }
    spots = paintTimeline(context, picture)
    paintMinimap(context, picture, whole(), data.minutes)
  }

  function show(range: Range | null): void {
    window = range
    if (range) onWindow(range)
    requestPaint()
  }

  function zoom(factor: number, around?: number): void {
    const now = range()
    show(zoomed(now, factor, around ?? (now.from + now.to) / 2))
  }

  function pan(share: number): void {
    const now = range()
    show(moved(now, (now.to - now.from) * share))
  }

  function showAll(): void {
    if (window === null && data?.isLive) return void show(whole())
    show(null)
  }

  function showRange(chosen: Range): void {
    show(chosen)
  }

  function setPlayhead(at: number | null): void {
    playhead = at
  }

  function listen(): void {
    const pointers = new Map<number, number>()
    let start: { x: number; range: Range; isMap: boolean } | null = null
    new ResizeObserver(([entry]) => {
      width = entry?.contentRect.width ?? width
      requestPaint()
    }).observe(element)
    const recolor = () => {
      colors = null
      requestPaint()
    }
    addEventListener('themechange', recolor)
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', recolor)
    canvas.addEventListener('wheel', (event) => {
      event.preventDefault()
      if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))
        pan((event.deltaX || event.deltaY) / 1_000)
      else zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2, msOf(scale(), event.offsetX))
    })
    canvas.addEventListener('pointerdown', (event) => {
      pointers.set(event.pointerId, event.offsetX)
      canvas.setPointerCapture(event.pointerId)
      start = { x: event.offsetX, range: range(), isMap: event.offsetY > canvas.clientHeight - minimapHeight }
      if (start.isMap) moveTo(event.offsetX)
    })
    canvas.addEventListener('pointermove', (event) => {
      if (!start) return hover(event)
      const before = pointers.get(event.pointerId)
      if (before === undefined) return
      const [other] = [...pointers].filter(([id]) => id !== event.pointerId)
      if (other) {
        const spread = Math.abs(event.offsetX - other[1])
        const was = Math.abs(before - other[1])
        if (was > 10 && spread > 10) zoom(was / spread, msOf(scale(), (event.offsetX + other[1]) / 2))
        pointers.set(event.pointerId, event.offsetX)
      } else if (start.isMap) moveTo(event.offsetX)
      else if (event.pointerType === 'touch') {
        const now = { ...scale(), ...start.range }
        show(moved(start.range, msOf(now, start.x) - msOf(now, event.offsetX)))
      } else if (Math.abs(event.offsetX - start.x) > 4) {
        const now = scale()
        selection = { from: msOf(now, start.x), to: msOf(now, event.offsetX) }
        requestPaint()
      }
    })
    const end = (event: PointerEvent) => {
      pointers.delete(event.pointerId)
      const chosen = selection
      const isClick = start !== null && !start.isMap && Math.abs(event.offsetX - start.x) <= 4
      start = null
      selection = null
      if (chosen) {
        const sorted = { from: Math.min(chosen.from, chosen.to), to: Math.max(chosen.from, chosen.to) }
        show(sorted)
        onRange(sorted)
      } else if (isClick && event.type === 'pointerup') {
        const mark = markAt(event.offsetX, event.offsetY)
        if (mark) onChoose(mark.row.upload)
      }
    }
    canvas.addEventListener('pointerup', end)
    canvas.addEventListener('pointercancel', end)
    canvas.addEventListener('pointerleave', () => {
      tip.hidden = true
      onHover(null)
    })
    canvas.addEventListener('dblclick', () => {
      show(null)
      onRange(null)
    })
  }

  /** Moves what is in view to a place of the map. */
  function moveTo(x: number): void {
    const now = range()
    const middle = msOf({ ...scale(), ...whole() }, x)
    show(moved(now, middle - (now.from + now.to) / 2))
  }

  function markAt(x: number, y: number): Mark | null {
    const found = spots.filter(
      (spot) => x >= spot.x - 3 && x <= spot.x + spot.width + 3 && y >= spot.y && y < spot.y + spot.height,
    )
    return found.at(-1)?.mark ?? null
  }

  function hover(event: PointerEvent): void {
    const mark = markAt(event.offsetX, event.offsetY)
    onHover(mark?.row.upload ?? null)
    tip.hidden = mark === null
    canvas.style.cursor = mark ? 'pointer' : ''
    if (mark) showTip(mark, event.offsetX, event.offsetY)
  }

  function showTip(mark: Mark, x: number, y: number): void {
    tip.hidden = false
    const { row, delay } = mark
    const seconds =
      row.duration !== null && row.timescale ? ` · ${(row.duration / row.timescale).toFixed(2)} s` : ''
    fill(
      tip,
      h('div', { class: 'mono' }, visible(row.path).slice(-90)),
      h(
        'div',
        {},
        `${bytes(row.bytes)}${seconds} · ${clock(row.startedAt)} in ${span(row.ms)}${delay === null ? '' : ` · delay ${(delay / 1_000).toFixed(2)} s`}`,
      ),
      row.codes.length > 0 && h('div', {}, `${markText(row.worst)} ${row.codes.slice(0, 3).join(', ')}`),
    )
    const left = Math.min(x + 14, Math.max(4, element.clientWidth - tip.offsetWidth - 8))
    tip.style.left = `${left}px`
    tip.style.top = `${Math.min(y + 14, Math.max(0, element.clientHeight - tip.offsetHeight - 4))}px`
  }
}

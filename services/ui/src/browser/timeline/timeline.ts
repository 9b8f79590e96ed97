import type { InFlight, Row } from '../api/types.ts'
import { plural, visible } from '../dom/format.ts'
import { h } from '../dom/h.ts'
import { createGestures } from './gestures.ts'
import type { Mark } from './mark.ts'
import { createLanes, type Lane, type LaneBuilder, type Lanes } from './marks.ts'
import { heightOf, type Picture } from './paint/canvas.ts'
import { type Colors, readColors } from './paint/colors.ts'
import type { Spot } from './paint/mark-shapes.ts'
import { type Minute, paintMinimap } from './paint/minimap.ts'
import { paintTimeline } from './paint/paint-timeline.ts'
import type { Range } from './scale.ts'
import { createTip } from './tip.ts'
import { createViewport } from './viewport.ts'
import { createMarkWalk } from './walk-marks.ts'

export interface TimelineData {
  /** A key for the set of rows; when it changes, the timeline starts again with `rows()`. */
  readonly scope: string
  readonly rows: () => Iterable<Row>
  readonly inFlight: readonly InFlight[]
  readonly axis: 'arrival' | 'media'
  readonly isLive: boolean
  /** The server's time in milliseconds since 1970. */
  readonly now: number
  readonly isLit: (row: Row) => boolean
  /** An overview of a log that is not loaded whole; empty when all rows are loaded. */
  readonly minutes: readonly Minute[]
  /** Kind of a track; null while it is not known. */
  readonly kindOf: (track: string) => Lane['kind'] | null
}

export interface Timeline {
  readonly element: HTMLElement
  update(data: TimelineData): void
  /** Adds rows of the same scope, in the order of arrival. */
  add(rows: Iterable<Row>): void
  paint(chosen: string | null, hovered: string | null): void
  zoom(factor: number): void
  /** Moves the view by a share of its width; a negative share moves it back in time. */
  pan(share: number): void
  /** Shows all of the log; if it is shown already and live, follows its end again. */
  showAll(): void
  showRange(range: Range): void
  /** Sets the position of the player for the next paint, in milliseconds of the axis; null for none. */
  setPlayhead(at: number | null): void
}

interface TimelineOptions {
  readonly onChoose: (upload: string) => void
  readonly onHover: (upload: string | null) => void
  /** Called when the reader has chosen a range by dragging; null when the reader has reset it. */
  readonly onRange: (range: Range | null) => void
  /** Called when the reader has moved or zoomed the view. */
  readonly onWindow: (range: Range) => void
  readonly requestPaint: () => void
}

/** The content of the timeline, which its parts share and which changes in place. */
interface Content {
  data: TimelineData | null
  lanes: Lanes
  /** Width of the canvas in pixels. */
  width: number
}

/** Creates the timeline: lanes of all tracks on one time scale, strips for bit rate and delay, and a minimap. */
export function createTimeline(options: TimelineOptions): Timeline {
  const { onChoose, onHover, onRange, onWindow, requestPaint } = options
  const content: Content = {
    data: null,
    lanes: { lanes: [], from: 0, to: 1, origin: 0, tenths: new Map() },
    width: 0,
  }
  const canvas = h('canvas', { role: 'img', 'aria-label': 'Timeline' })
  const tip = createTip()
  const viewport = createViewport(content, onWindow, requestPaint)
  const walk = createMarkWalk({ content, viewport, tip, onChoose, onHover })
  const element = h(
    'div',
    {
      class: 'timeline',
      tabindex: '0',
      role: 'group',
      'aria-label': 'Timeline; arrow keys walk its marks, Enter opens one',
      on: { keydown: walk.onKey, blur: walk.leave },
    },
    canvas,
    tip.element,
  )
  const gestures = createGestures(canvas, {
    viewport,
    onHover: hover,
    onLeave,
    onClick,
    onRange,
    requestPaint,
  })
  const context = canvas.getContext('2d')
  let colors: Colors | null = null
  let builder: LaneBuilder | null = null
  let areLanesOld = false
  let label = ''
  let spots: readonly Spot[] = []
  let playhead: number | null = null
  new ResizeObserver(resize).observe(element)
  addEventListener('themechange', recolor)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', recolor)
  return {
    element,
    update,
    add(rows) {
      builder?.add(rows)
      areLanesOld = true
    },
    paint,
    zoom: viewport.zoom,
    pan: viewport.pan,
    showAll: viewport.showAll,
    showRange: viewport.show,
    setPlayhead(at) {
      playhead = at
    },
  }

  function update(now: TimelineData): void {
    const isSame = builder && content.data?.scope === now.scope && content.data.axis === now.axis
    content.data = now
    if (!isSame) {
      builder = createLanes(now.axis, (track) => content.data?.kindOf(track) ?? null)
      builder.add(now.rows())
      walk.reset()
    }
    areLanesOld = true
  }

  /** Takes the lanes from the builder: once for each paint, however often rows arrived. */
  function showLanes(): void {
    if (!builder || !areLanesOld) return
    areLanesOld = false
    content.lanes = builder.lanes()
    const parts = content.lanes.lanes.map(
      ({ name, marks, errors }) =>
        `${visible(name)}: ${plural(marks.length, 'upload')}, ${plural(errors, 'error')}`,
    )
    const now = `Timeline. ${parts.join('; ')}. All of it is in the log below.`
    if (now !== label) canvas.setAttribute('aria-label', now)
    label = now
  }

  function paint(chosen: string | null, hovered: string | null): void {
    const { data, width } = content
    if (!context || !data || width === 0) return
    showLanes()
    colors ??= readColors()
    fit(width, heightOf(content.lanes.lanes.length))
    context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0)
    const picture: Picture = {
      ...data,
      lanes: content.lanes,
      scale: viewport.scale(),
      chosen,
      hovered,
      selection: gestures.selection(),
      playhead,
      colors,
    }
    spots = paintTimeline(context, picture)
    paintMinimap(context, picture, viewport.whole(), data.minutes)
  }

  /** Sets the size of the canvas in device pixels, if it has changed: setting even the same size clears the canvas. */
  function fit(width: number, height: number): void {
    const [across, down] = [Math.round(width * devicePixelRatio), Math.round(height * devicePixelRatio)]
    if (canvas.width === across && canvas.height === down) return
    canvas.width = across
    canvas.height = down
    canvas.style.height = `${height}px`
  }

  function resize([entry]: readonly ResizeObserverEntry[]): void {
    content.width = entry?.contentRect.width ?? content.width
    requestPaint()
  }

  function recolor(): void {
    colors = null
    requestPaint()
  }

  function markAt(x: number, y: number): Mark | null {
    const found = spots.filter(
      (spot) => x >= spot.x - 3 && x <= spot.x + spot.width + 3 && y >= spot.y && y < spot.y + spot.height,
    )
    return found.at(-1)?.mark ?? null
  }

  function onClick(x: number, y: number): void {
    const mark = markAt(x, y)
    if (mark) onChoose(mark.row.upload)
  }

  function hover(x: number, y: number): void {
    const mark = markAt(x, y)
    onHover(mark?.row.upload ?? null)
    canvas.style.cursor = mark ? 'pointer' : ''
    if (mark) tip.show(mark, x, y)
    else tip.hide()
  }

  function onLeave(): void {
    tip.hide()
    onHover(null)
  }
}

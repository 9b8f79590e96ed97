import { minimapHeight } from './paint/canvas.ts'
import { moved, msOf, type Range } from './scale.ts'
import type { Viewport } from './viewport.ts'

/** The gestures of pointers and wheel on the canvas. */
export interface Gestures {
  /** The range that the reader is choosing by dragging; null at other times. */
  selection(): Range | null
}

interface GesturesDeps {
  readonly viewport: Viewport
  /** Called when the pointer moves, with its position in pixels. */
  readonly onHover: (x: number, y: number) => void
  readonly onLeave: () => void
  readonly onClick: (x: number, y: number) => void
  /** Called when the reader has chosen a range by dragging; null after a double click, which resets it. */
  readonly onRange: (range: Range | null) => void
  readonly requestPaint: () => void
}

/** The begin of a gesture. */
interface Start {
  /** Where the pointer went down, in pixels. */
  readonly x: number
  /** The range in view at that time. */
  readonly range: Range
  /** Whether the pointer went down on the minimap. */
  readonly isMap: boolean
}

/** A pointer that moves less than this is a click. */
const clickPixels = 4
/** Two fingers closer together than this do not zoom: their distance would be too imprecise. */
const minPinchPixels = 10

/**
 * Binds the gestures: the wheel zooms and pans, a mouse drag chooses a range, one finger pans, two fingers zoom, the
 * minimap moves the view, and a double click resets it.
 */
export function createGestures(
  canvas: HTMLCanvasElement,
  { viewport, onHover, onLeave, onClick, onRange, requestPaint }: GesturesDeps,
): Gestures {
  /** The x of each pointer that is down, by its id. */
  const pointers = new Map<number, number>()
  let start: Start | null = null
  let selection: Range | null = null
  canvas.addEventListener('wheel', turnWheel)
  canvas.addEventListener('pointerdown', press)
  canvas.addEventListener('pointermove', move)
  canvas.addEventListener('pointerup', release)
  canvas.addEventListener('pointercancel', release)
  canvas.addEventListener('pointerleave', onLeave)
  canvas.addEventListener('dblclick', () => {
    viewport.show(null)
    onRange(null)
  })
  return { selection: () => selection }

  function turnWheel(event: WheelEvent): void {
    event.preventDefault()
    if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY))
      viewport.pan((event.deltaX || event.deltaY) / 1_000)
    else viewport.zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2, msOf(viewport.scale(), event.offsetX))
  }

  function press({ pointerId, offsetX, offsetY }: PointerEvent): void {
    pointers.set(pointerId, offsetX)
    canvas.setPointerCapture(pointerId)
    const isMap = offsetY > canvas.clientHeight - minimapHeight
    start = { x: offsetX, range: viewport.range(), isMap }
    if (isMap) viewport.center(viewport.msOnMap(offsetX))
  }

  function move(event: PointerEvent): void {
    if (!start) return void onHover(event.offsetX, event.offsetY)
    const before = pointers.get(event.pointerId)
    if (before === undefined) return
    const [other] = [...pointers].filter(([id]) => id !== event.pointerId)
    if (other) pinch(event, before, other[1])
    else if (start.isMap) viewport.center(viewport.msOnMap(event.offsetX))
    else drag(event, start)
  }

  function pinch({ pointerId, offsetX }: PointerEvent, before: number, other: number): void {
    const spread = Math.abs(offsetX - other)
    const was = Math.abs(before - other)
    if (was > minPinchPixels && spread > minPinchPixels)
      viewport.zoom(was / spread, msOf(viewport.scale(), (offsetX + other) / 2))
    pointers.set(pointerId, offsetX)
  }

  function drag({ pointerType, offsetX }: PointerEvent, { x, range }: Start): void {
    const scale = viewport.scale()
    if (pointerType === 'touch') {
      const now = { ...scale, ...range }
      viewport.show(moved(range, msOf(now, x) - msOf(now, offsetX)))
    } else if (Math.abs(offsetX - x) > clickPixels) {
      selection = { from: msOf(scale, x), to: msOf(scale, offsetX) }
      requestPaint()
    }
  }

  function release({ type, pointerId, offsetX, offsetY }: PointerEvent): void {
    pointers.delete(pointerId)
    const chosen = selection
    const isClick = start !== null && !start.isMap && Math.abs(offsetX - start.x) <= clickPixels
    start = null
    selection = null
    if (chosen) {
      const sorted = { from: Math.min(chosen.from, chosen.to), to: Math.max(chosen.from, chosen.to) }
      viewport.show(sorted)
      onRange(sorted)
    } else if (isClick && type === 'pointerup') onClick(offsetX, offsetY)
  }
}

import { minimapHeight } from './paint/canvas.ts'
import { moved, msOf, type Range } from './scale.ts'
import type { Viewport } from './viewport.ts'

/** What the pointer does on the canvas. */
export interface Gestures {
  /** The stretch that is being chosen; null while none is. */
  selection(): Range | null
}

interface GesturesDeps {
  readonly viewport: Viewport
  /** The pointer is at a place, in pixels. */
  readonly onHover: (x: number, y: number) => void
  readonly onLeave: () => void
  readonly onClick: (x: number, y: number) => void
  /** A stretch was chosen by dragging; null takes it back. */
  readonly onRange: (range: Range | null) => void
  readonly requestPaint: () => void
}

/** Where the first pointer went down, and what was in view then. */
interface Start {
  readonly x: number
  readonly range: Range
  readonly isMap: boolean
}

/** The wheel zooms and pans, a drag chooses a stretch, a finger pans, two zoom, the map moves, a double click goes back. */
export function createGestures(
  canvas: HTMLCanvasElement,
  { viewport, onHover, onLeave, onClick, onRange, requestPaint }: GesturesDeps,
): Gestures {
  /** Where each pointer is that is down. */
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
    if (was > 10 && spread > 10) viewport.zoom(was / spread, msOf(viewport.scale(), (offsetX + other) / 2))
    pointers.set(pointerId, offsetX)
  }

  function drag({ pointerType, offsetX }: PointerEvent, { x, range }: Start): void {
    const scale = viewport.scale()
    if (pointerType === 'touch') {
      const now = { ...scale, ...range }
      viewport.show(moved(range, msOf(now, x) - msOf(now, offsetX)))
    } else if (Math.abs(offsetX - x) > 4) {
      selection = { from: msOf(scale, x), to: msOf(scale, offsetX) }
      requestPaint()
    }
  }

  function release({ type, pointerId, offsetX, offsetY }: PointerEvent): void {
    pointers.delete(pointerId)
    const chosen = selection
    const isClick = start !== null && !start.isMap && Math.abs(offsetX - start.x) <= 4
    start = null
    selection = null
    if (chosen) {
      const sorted = { from: Math.min(chosen.from, chosen.to), to: Math.max(chosen.from, chosen.to) }
      viewport.show(sorted)
      onRange(sorted)
    } else if (isClick && type === 'pointerup') onClick(offsetX, offsetY)
  }
}

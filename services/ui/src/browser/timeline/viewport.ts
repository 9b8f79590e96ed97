import { moved, msOf, type Range, type Scale, zoomed } from './scale.ts'

/** What of the timeline's content says where it begins and ends. It changes in place. */
interface Extent {
  readonly lanes: { readonly lanes: readonly unknown[]; readonly from: number; readonly to: number }
  readonly data: {
    readonly isLive: boolean
    readonly now: number
    readonly minutes: readonly { readonly at: number }[]
  } | null
  /** Of the canvas, in pixels. */
  readonly width: number
}

/** The stretch of time that is in view. */
export interface Viewport {
  /** All there is. */
  whole(): Range
  /** What is in view. */
  range(): Range
  /** The same, and where on the canvas it is. */
  scale(): Scale
  /** Null: follow the end, or all of it when nothing is live. */
  show(range: Range | null): void
  /** Shows everything, or again the newest while following. */
  showAll(): void
  zoom(factor: number, around?: number): void
  pan(share: number): void
  /** Puts a moment in the middle. */
  center(ms: number): void
  /** The moment at a place of the map of the whole. */
  msOnMap(x: number): number
}

const followedMs = 60_000

/** Calls `onRange` when another range than the end is shown. */
export function createViewport(
  extent: Extent,
  onRange: (range: Range) => void,
  requestPaint: () => void,
): Viewport {
  /** Null: follow the end, or all of it when nothing is live. */
  let chosen: Range | null = null
  return {
    whole,
    range,
    scale,
    show,
    zoom,
    showAll() {
      show(chosen === null && extent.data?.isLive ? whole() : null)
    },
    pan(share) {
      const { from, to } = range()
      show(moved({ from, to }, (to - from) * share))
    },
    center,
    msOnMap: (x) => msOf({ ...scale(), ...whole() }, x),
  }

  function whole(): Range {
    const { data, lanes } = extent
    if (!data || lanes.lanes.length === 0) return { from: Date.now() - followedMs, to: Date.now() }
    const from = Math.min(lanes.from, data.minutes[0]?.at ?? lanes.from)
    const to = data.isLive ? Math.max(lanes.to, data.now) : lanes.to
    // Little, also of a long log: what follows the end would show nothing else.
    const margin = Math.min(1_500, Math.max(200, (to - from) * 0.02))
    return { from: from - margin, to: to + margin }
  }

  function range(): Range {
    if (chosen) return chosen
    const all = whole()
    if (!extent.data?.isLive || all.to - all.from < followedMs) return all
    return { from: all.to - followedMs, to: all.to }
  }

  function scale(): Scale {
    const { width } = extent
    const left = width < 600 ? 92 : 120
    return { ...range(), left, width: Math.max(50, width - left - 12) }
  }

  function show(now: Range | null): void {
    chosen = now
    if (now) onRange(now)
    requestPaint()
  }

  function zoom(factor: number, around?: number): void {
    const now = range()
    show(zoomed(now, factor, around ?? (now.from + now.to) / 2))
  }

  function center(ms: number): void {
    const now = range()
    show(moved(now, ms - (now.from + now.to) / 2))
  }
}

import { moved, msOf, type Range, type Scale, zoomed } from './scale.ts'

/** The part of the timeline's content that says where the log begins and ends. It changes in place. */
interface Extent {
  readonly lanes: { readonly lanes: readonly unknown[]; readonly from: number; readonly to: number }
  readonly data: {
    readonly isLive: boolean
    readonly now: number
    readonly minutes: readonly { readonly at: number }[]
  } | null
  /** Width of the canvas in pixels. */
  readonly width: number
}

/** The range of time that is in view. */
export interface Viewport {
  /** The range of the whole log, with a margin. */
  whole(): Range
  /** The range in view. */
  range(): Range
  /** The range in view with its place on the canvas. */
  scale(): Scale
  /** Shows a range; null follows the end of a live log, or shows all of another one. */
  show(range: Range | null): void
  /** Shows all of the log; if it is shown already and live, follows its end again. */
  showAll(): void
  zoom(factor: number, around?: number): void
  pan(share: number): void
  /** Moves the view so that a time is in its middle. */
  center(ms: number): void
  /** The time at an x of the minimap. */
  msOnMap(x: number): number
}

/** How much of a live log is in view while the view follows its end. */
const followedMs = 60_000

/** Creates a viewport. Calls `onRange` whenever it shows a chosen range instead of following the end. */
export function createViewport(
  extent: Extent,
  onRange: (range: Range) => void,
  requestPaint: () => void,
): Viewport {
  /** The range that the reader chose; null for the end of a live log, or all of another one. */
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
    // Bounded: 2 % of a long log would fill the last minute, which a view that follows the end shows.
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

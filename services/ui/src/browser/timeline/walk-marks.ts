import { announce } from '../dom/frame.ts'
import type { Mark } from './mark.ts'
import type { Lane, Lanes } from './marks.ts'
import { topOf } from './paint/canvas.ts'
import { xOf } from './scale.ts'
import type { Tip } from './tip.ts'
import type { Viewport } from './viewport.ts'

/** Moves from mark to mark by keys. */
export interface MarkWalk {
  onKey(event: KeyboardEvent): void
  /** Call this when the timeline loses the focus. */
  leave(): void
  /** Forgets the mark. Call this when the timeline has other marks. */
  reset(): void
}

interface MarkWalkDeps {
  /** The content of the timeline, whose lanes change in place. */
  readonly content: { readonly lanes: Lanes }
  readonly viewport: Viewport
  readonly tip: Tip
  readonly onChoose: (upload: string) => void
  readonly onHover: (upload: string | null) => void
}

/** Arrow keys move along a lane and from lane to lane; Enter opens the mark. */
export function createMarkWalk({ content, viewport, tip, onChoose, onHover }: MarkWalkDeps): MarkWalk {
  let walked: Mark | null = null
  return {
    onKey,
    leave() {
      if (!walked) return
      walked = null
      tip.hide()
      onHover(null)
    },
    reset() {
      walked = null
    },
  }

  function onKey(event: KeyboardEvent): void {
    if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey || event.altKey) return
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
    const { lanes } = content.lanes
    return lanes.find(({ marks }) => walked && marks.includes(walked)) ?? lanes[0]
  }

  function neighbour(step: 1 | -1): Mark | undefined {
    const marks = laneOfWalked()?.marks ?? []
    return walked ? marks[marks.indexOf(walked) + step] : marks.at(step === 1 ? 0 : -1)
  }

  /** The mark of the lane above (-1) or below (1) whose begin is nearest. */
  function besides(step: 1 | -1): Mark | undefined {
    const { lanes } = content.lanes
    const lane = laneOfWalked()
    const marks = lanes[lane ? lanes.indexOf(lane) + step : 0]?.marks ?? []
    const begin = walked?.begin ?? 0
    let nearest = marks[0]
    for (const mark of marks)
      if (nearest && Math.abs(mark.begin - begin) < Math.abs(nearest.begin - begin)) nearest = mark
    return nearest
  }

  function walkTo(mark: Mark | null): void {
    if (!mark) return
    walked = mark
    const { from, to } = viewport.range()
    if (mark.begin < from || mark.begin > to) viewport.center(mark.begin)
    onHover(mark.row.upload)
    const { lanes } = content.lanes
    const lane = lanes.findIndex(({ marks }) => marks.includes(mark))
    tip.show(mark, xOf(viewport.scale(), mark.begin), topOf(lane, lanes.length))
    announce(tip.element.textContent ?? '')
  }
}

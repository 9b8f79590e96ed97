import { h } from '../dom/h.ts'
import type { Timeline } from '../timeline/timeline.ts'
import type { ViewState } from './view-state.ts'

/** The buttons above the timeline. */
export interface TimelineControls {
  readonly element: HTMLElement
  showAxis(axis: ViewState['axis']): void
}

const axes = ['arrival', 'media'] as const

export function createTimelineControls(
  timeline: Pick<Timeline, 'zoom' | 'showAll'>,
  onPlay: () => void,
  onAxis: (axis: ViewState['axis']) => void,
): TimelineControls {
  const axisButtons = axes.map((axis) =>
    h('button', { type: 'button', title: 'Axis (m)', on: { click: () => onAxis(axis) } }, axis),
  )
  const zoomButton = (label: string, sign: string, factor: number) =>
    h(
      'button',
      {
        type: 'button',
        class: 'wide-only',
        'aria-label': label,
        on: { click: () => timeline.zoom(factor) },
      },
      sign,
    )
  const element = h(
    'div',
    { class: 'spring controls' },
    h('button', { type: 'button', class: 'small primary', on: { click: onPlay } }, '▶ Play'),
    h('span', { class: 'muted wide-only' }, 'axis'),
    h('span', { class: 'group', role: 'group', 'aria-label': 'Axis' }, axisButtons),
    h(
      'span',
      { class: 'group', role: 'group', 'aria-label': 'Zoom' },
      zoomButton('Zoom out', '−', 1.5),
      zoomButton('Zoom in', '+', 1 / 1.5),
      h('button', { type: 'button', on: { click: () => timeline.showAll() } }, 'all'),
    ),
  )
  return {
    element,
    showAxis(shown) {
      for (const [i, button] of axisButtons.entries())
        button.setAttribute('aria-pressed', String(axes[i] === shown))
    },
  }
}

import type { StreamSummary } from '../api/types.ts'
import { h } from '../dom/h.ts'

/** The filter of the list of streams. Its state is in the URL of the page. */
export interface StreamFilter {
  readonly element: HTMLElement
  readonly search: HTMLInputElement
  matches(stream: StreamSummary): boolean
  /** Resets the filter, so that all streams match. */
  clear(): void
}

const choices = ['all', 'live', 'errors'] as const
type Choice = (typeof choices)[number]

/** Calls `onWords` when the reader changes the words, `onChoice` when the reader chooses another kind of streams. */
export function createStreamFilter(onWords: () => void, onChoice: () => void): StreamFilter {
  const address = new URL(location.href)
  const search = h('input', {
    type: 'search',
    placeholder: 'filter: interface, codec, finding…',
    'aria-label': 'Filter streams',
    value: address.searchParams.get('q') ?? '',
    on: { input: changeWords },
  })
  const chips = choices.map((name) =>
    h('button', { type: 'button', class: 'chip', on: { click: () => choose(name) } }, name),
  )
  const element = h(
    'div',
    { class: 'toolbar' },
    search,
    h('div', { class: 'chips', role: 'group', 'aria-label': 'Show' }, chips),
  )
  let choice = choices.find((name) => address.searchParams.has(name)) ?? 'all'
  show()
  return {
    element,
    search,
    matches,
    clear() {
      search.value = ''
      changeWords()
      choose('all')
    },
  }

  function matches(stream: StreamSummary): boolean {
    if (choice === 'live' && !stream.live) return false
    if (choice === 'errors' && stream.error_uploads === 0) return false
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean)
    const text = JSON.stringify([stream.id, stream.interface, stream.tracks, stream.top]).toLowerCase()
    return words.every((word) => text.includes(word))
  }

  function changeWords(): void {
    keepInAddress('q', search.value)
    onWords()
  }

  function choose(name: Choice): void {
    choice = name
    show()
    onChoice()
  }

  function show(): void {
    for (const name of choices) keepInAddress(name, name === choice && name !== 'all' ? 'true' : '')
    for (const [i, chip] of chips.entries()) chip.setAttribute('aria-pressed', String(choices[i] === choice))
  }

  function keepInAddress(name: string, value: string): void {
    if (value) address.searchParams.set(name, value)
    else address.searchParams.delete(name)
    history.replaceState(null, '', address)
  }
}

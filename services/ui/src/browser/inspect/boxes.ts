import { getJson } from '../api/client.ts'
import type { Box, BoxesResponse } from '../api/types.ts'
import { grouped } from '../dom/format.ts'
import { fill, h } from '../dom/h.ts'
import { loading, showFailure } from '../dom/load.ts'
import { untrusted } from '../dom/words.ts'
import { hexTab } from './hex.ts'

/** The tree of boxes of an upload, with the fields and bytes of the chosen box beside it. */
export function boxesTab(
  panel: HTMLElement,
  stream: string,
  upload: string,
  total: number,
  chosenAt: number | null,
  onChoose: (at: number) => void,
): void {
  loading(panel)
  load(0).then(
    ({ boxes, next_at: next }) => {
      const detail = h(
        'div',
        { class: 'box-detail' },
        h('p', { class: 'muted' }, 'Choose a box to see its fields and bytes.'),
      )
      const tree = h(
        'ul',
        { class: 'box-tree', role: 'tree', 'aria-label': 'Boxes' },
        boxes.map((box) => item(box, detail, 0)),
      )
      fill(
        panel,
        h(
          'div',
          { class: 'box-view' },
          h('div', {}, tree, next !== null && more(next, tree, detail)),
          detail,
        ),
      )
      const chosen = chosenAt === null ? null : find(boxes, chosenAt)
      if (chosen) choose(chosen, detail)
    },
    (error) => showFailure(panel, error, () => boxesTab(panel, stream, upload, total, chosenAt, onChoose)),
  )

  function load(at: number): Promise<BoxesResponse> {
    return getJson<BoxesResponse>(`/uploads/${stream}/${upload}/boxes?at=${at}&limit=500`)
  }

  function more(at: number, tree: HTMLElement, detail: HTMLElement): HTMLElement {
    const button = h('button', { type: 'button', on: { click: () => void add() } }, 'More boxes')
    return button
    async function add(): Promise<void> {
      const { boxes, next_at: next } = await load(at)
      tree.append(...boxes.map((box) => item(box, detail, 0)))
      if (next !== null) button.after(more(next, tree, detail))
      button.remove()
    }
  }

  function item(box: Box, detail: HTMLElement, depth: number): HTMLElement {
    const button = h(
      'button',
      { type: 'button', class: 'box', 'data-at': box.at, on: { click: () => choose(box, detail) } },
      h('span', { class: 'code' }, untrusted(box.type)),
      h('span', { class: 'muted' }, ` ${grouped(box.size)}`),
      box.fault && h('span', { class: 'error-text' }, ' ✕'),
      h('span', { class: 'muted box-sum' }, summary(box)),
    )
    if (box.children.length === 0) return h('li', { role: 'treeitem' }, button)
    const inner = h(
      'ul',
      { role: 'group' },
      box.children.map((child) => item(child, detail, depth + 1)),
    )
    const toggle = h(
      'button',
      { type: 'button', class: 'twist', 'aria-label': `fold ${box.type}`, on: { click: fold } },
      '▾',
    )
    const element = h('li', { role: 'treeitem', 'aria-expanded': 'true' }, toggle, button, inner)
    return element
    function fold(): void {
      inner.hidden = !inner.hidden
      toggle.textContent = inner.hidden ? '▸' : '▾'
      element.setAttribute('aria-expanded', String(!inner.hidden))
    }
  }

  function choose(box: Box, detail: HTMLElement): void {
    for (const button of panel.querySelectorAll('button.box'))
      button.classList.toggle('chosen', button.getAttribute('data-at') === String(box.at))
    onChoose(box.at)
    const bytes = h('div', {})
    const fields = Object.entries(box.fields ?? {})
    fill(
      detail,
      h(
        'h3',
        {},
        h('span', { class: 'code' }, untrusted(box.type)),
        ` ${grouped(box.size)} bytes at ${grouped(box.at)}`,
      ),
      box.fault && h('p', { class: 'error-text' }, untrusted(box.fault)),
      fields.length > 0 &&
        h(
          'table',
          { class: 'facts' },
          h(
            'tbody',
            {},
            fields.map(([name, value]) =>
              h(
                'tr',
                {},
                h('th', { scope: 'row' }, name),
                h(
                  'td',
                  { class: 'mono' },
                  untrusted(typeof value === 'object' ? JSON.stringify(value) : String(value)),
                ),
              ),
            ),
          ),
        ),
      bytes,
    )
    hexTab(bytes, stream, upload, total, box.at, Math.min(box.size, 4_096))
  }
}

const named = [
  'sequence_number',
  'track_id',
  'base_media_decode_time',
  'major_brand',
  'timescale',
  'handler_type',
  'format',
  'sample_count',
  'scheme',
]

function summary({ fields }: Box): string {
  if (!fields) return ''
  const found = named.filter((name) => fields[name] !== undefined).slice(0, 2)
  return found.map((name) => ` ${name.replaceAll('_', ' ')} ${fields[name]}`).join(' ·')
}

function find(boxes: readonly Box[], at: number): Box | null {
  for (const box of boxes) {
    if (box.at === at) return box
    const inner = find(box.children, at)
    if (inner) return inner
  }
  return null
}

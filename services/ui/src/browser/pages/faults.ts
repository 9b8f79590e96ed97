import { getJson, sendJson } from '../api/client.ts'
import type { Faults } from '../api/types.ts'
import { startPage } from '../dom/frame.ts'
import { fill, h } from '../dom/h.ts'
import { loading, showFailure, showPageFailure } from '../dom/load.ts'
import { scriptChoices } from '../faults/choices.ts'
import { ruleForm } from '../faults/rule-form.ts'
import { lossesTable, reactionsTable, rulesTable } from '../faults/tables.ts'

const stream = location.pathname.split('/')[3] ?? ''
const path = `/faults/${stream}`
const title = `Faults of stream ${stream}`
const main = startPage(title)
const problem = h('div', {})
const rules = h('section', {})
const reactions = h('section', {})
/** The state that is shown, as JSON. The page is drawn again only when it changes, so that a button keeps its focus. */
let shown = ''
loading(main)
void start()

async function start(): Promise<void> {
  try {
    const faults = await getJson<Faults>(path)
    draw()
    show(faults)
    setInterval(() => {
      if (!document.hidden) void refresh()
    }, 2_000)
  } catch (error) {
    const back = { href: '/ui/streams', text: 'All streams' }
    showPageFailure(main, title, error, back, () => void start())
  }
}

function draw(): void {
  fill(
    main,
    h(
      'div',
      { class: 'page-head' },
      h(
        'h1',
        {},
        h('a', { class: 'crumbs', href: `/ui/streams/${stream}` }, `Stream ${stream}`),
        h('span', { class: 'muted' }, '/'),
        'Faults on purpose',
      ),
      h('div', { class: 'page-actions' }, h('a', { class: 'button', href: path }, 'JSON')),
    ),
    h(
      'p',
      {},
      'The server refuses, delays or cuts uploads of this stream as the rules say, and shows what the camera does about it.',
    ),
    problem,
    h('section', {}, h('h2', {}, 'Ready scripts'), scriptChoices.map(scriptRow)),
    h(
      'section',
      {},
      h('h2', {}, 'New rule'),
      ruleForm(stream, () => void refresh()),
    ),
    rules,
    reactions,
  )
}

const scriptRow = ([script, name, does]: (typeof scriptChoices)[number]): HTMLElement =>
  h(
    'p',
    { class: 'form-row centered' },
    h('button', { type: 'button', on: { click: () => void change('POST', path, { script }) } }, name),
    h('span', { class: 'muted' }, does),
  )

function show({ faults, reactions: seen, sessions }: Faults): void {
  const text = JSON.stringify([faults, seen])
  if (text === shown) return
  shown = text
  fill(
    rules,
    h('h2', {}, 'Rules'),
    faults.length === 0
      ? h('p', { class: 'muted' }, 'None: the server is kind to this stream.')
      : [
          rulesTable(faults, (id) => void change('DELETE', `${path}/${id}`)),
          h(
            'p',
            {},
            h('button', { type: 'button', on: { click: () => void change('DELETE', path) } }, 'Remove all'),
          ),
        ],
  )
  fill(
    reactions,
    h('h2', {}, 'What the camera did'),
    seen.length === 0
      ? h('p', { class: 'muted' }, 'No upload has been hit.')
      : [lossesTable(sessions), reactionsTable(stream, seen.toReversed())],
  )
}

async function change(method: 'POST' | 'DELETE', at: string, body?: object): Promise<void> {
  try {
    fill(problem)
    await sendJson(method, at, body)
    await refresh()
  } catch (error) {
    showFailure(problem, error)
  }
}

async function refresh(): Promise<void> {
  try {
    show(await getJson<Faults>(path))
  } catch (error) {
    showFailure(problem, error)
  }
}

import { getJson } from '../api/client.ts'
import type { Comparison, ComparisonRow } from '../api/types.ts'
import { plural, sessionName } from '../dom/format.ts'
import { startPage } from '../dom/frame.ts'
import { fill, h } from '../dom/h.ts'
import { loading, showFailure } from '../dom/load.ts'
import { scrollingTable } from '../dom/table.ts'
import { mark, untrusted } from '../dom/words.ts'

const parameters = new URL(location.href).searchParams
const [a, b] = [parameters.get('a') ?? '', parameters.get('b') ?? '']
const place = h('div', { class: 'report' })
fill(
  startPage('Compare'),
  h('div', { class: 'page-head' }, h('h1', {}, 'Compare two recordings')),
  h(
    'form',
    { class: 'form-row', action: '/ui/compare', method: 'get' },
    nameField('Before', 'a', a),
    nameField('After', 'b', b),
    h('button', { type: 'submit', class: 'primary' }, 'Compare'),
  ),
  h('p', { class: 'muted' }, 'A stream, 7, or one of its sessions, 7/session_1.'),
  place,
)
if (a && b) void show()

function nameField(label: string, name: string, value: string): HTMLElement {
  const field = { type: 'text', name, value, required: true, maxlength: '100', spellcheck: 'false' }
  return h('label', {}, label, h('input', field))
}

async function show(): Promise<void> {
  loading(place)
  try {
    draw(await getJson<Comparison>(`/compare?a=${encodeURIComponent(a)}&b=${encodeURIComponent(b)}`))
  } catch (error) {
    showFailure(place, error, () => void show())
  }
}

const verdicts = {
  worse: { sign: '✕', sentence: 'The second recording is worse' },
  better: { sign: '✓', sentence: 'The second recording is better' },
  different: { sign: '•', sentence: 'They differ, and neither is better' },
  equal: { sign: '✓', sentence: 'They are equal' },
} as const

const titles = [
  ['worse', 'Worse'],
  ['better', 'Better'],
  ['different', 'Different'],
  ['equal', 'Equal'],
] as const

function draw({ a: one, b: other, verdict, rows }: Comparison): void {
  const { sign, sentence } = verdicts[verdict]
  fill(
    place,
    h(
      'p',
      { class: `report-verdict compare-verdict ${verdict === 'worse' ? 'error-text' : 'ok-text'}` },
      `${sign} `,
      h('strong', {}, sentence),
    ),
    h('p', {}, sideLink(one), ' → ', sideLink(other)),
    titles.map(([word, title]) =>
      section(
        title,
        rows.filter((row) => row.verdict === word),
        { one, other },
      ),
    ),
  )
}

function sideLink({ stream_id: stream, session, uploads }: Comparison['a']): HTMLElement {
  const query = session === null ? '' : `?session=${encodeURIComponent(session)}`
  return h('a', { href: `/ui/reports/${stream}${query}` }, nameOf({ stream_id: stream, session, uploads }))
}

function nameOf({ stream_id: stream, session, uploads }: Comparison['a']): string {
  const named = session === null ? `stream ${stream}` : `stream ${stream}, ${sessionName(session)}`
  return uploads === null ? named : `${named}, ${plural(uploads, 'upload')}`
}

function section(
  title: string,
  rows: readonly ComparisonRow[],
  { one, other }: { readonly one: Comparison['a']; readonly other: Comparison['a'] },
): HTMLElement | null {
  if (rows.length === 0) return null
  const hasTracks = rows.some(({ track }) => track !== null)
  const columns = [
    'rule or metric',
    hasTracks && 'track',
    nameOf({ ...one, uploads: null }),
    nameOf({ ...other, uploads: null }),
  ]
  const head = [`${title} `, h('span', { class: 'muted' }, rows.length)]
  const table = scrollingTable(
    title,
    columns.filter((column) => column !== false),
    rows.map((row) => tableRow(row, hasTracks)),
    'table compare-table',
  )
  // What is equal is most of it, and seldom read.
  return title === 'Equal'
    ? h('details', {}, h('summary', {}, h('h2', {}, head)), table)
    : h('section', {}, h('h2', {}, head), table)
}

const tableRow = (
  { about, name, track, severity, a, b, unit }: ComparisonRow,
  hasTracks: boolean,
): HTMLElement =>
  h(
    'tr',
    { class: 'report-row' },
    h(
      'td',
      {},
      isViolated(a, b) && about === 'rule' && [mark(severity), ' '],
      h('span', { class: 'code' }, name),
    ),
    hasTracks && h('td', {}, track !== null && untrusted(track)),
    [a, b].map((value) => h('td', {}, valueText(value, unit))),
  )

/**
 * Whether a recording violates the rule. The severity of a rule that both meet is not shown: it would look like a
 * fault.
 */
const isViolated = (...values: readonly ComparisonRow['a'][]): boolean =>
  values.some((value) => typeof value === 'number')

function valueText(value: ComparisonRow['a'], unit: ComparisonRow['unit']): HTMLElement | string {
  if (value === null) return '–'
  if (value === 'not-exercised') return 'not put to the test'
  if (typeof value === 'string') return untrusted(value)
  return unit === 'uploads' ? plural(value, 'upload') : `${Math.round(value * 100) / 100} ${unit ?? ''}`
}

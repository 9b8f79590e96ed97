import { getJson } from '../api/client.ts'
import { getFacts } from '../api/facts.ts'
import type { About, Device, Report, ReportRow, StreamSummary, UploadFacts } from '../api/types.ts'
import { dayAndClock, plural, sessionName } from '../dom/format.ts'
import { startPage } from '../dom/frame.ts'
import { fill, h } from '../dom/h.ts'
import { loading, showPageFailure } from '../dom/load.ts'
import { numberColumn, scrollingTable } from '../dom/table.ts'
import { untrusted } from '../dom/words.ts'
import { faultsSection } from '../faults/section.ts'
import { latencySection } from '../inspect/latency.ts'
import { referenceSection } from '../inspect/reference.ts'
import { ruleRow } from '../report/rule-row.ts'

const stream = location.pathname.split('/')[3] ?? ''
const session = new URL(location.href).searchParams.get('session')
const query = session === null ? '' : `?session=${encodeURIComponent(session)}`
const main = startPage(`Report of stream ${stream}`)
loading(main)
void show()

async function show(): Promise<void> {
  try {
    const [report, summary, about, devices] = await Promise.all([
      getJson<Report>(`/streams/${stream}/report${query}`),
      getJson<StreamSummary>(`/streams/${stream}?summary=true`),
      getJson<About>('/about').catch(() => null),
      getJson<{ devices: readonly Device[] }>('/devices').catch(() => null),
    ])
    const violated = report.rules.filter(({ result }) => result === 'violated')
    const ids = new Set(violated.flatMap(({ uploads }) => uploads))
    const facts = new Map<string, UploadFacts>()
    await Promise.all([...ids].map(async (id) => facts.set(id, await getFacts(stream, id))))
    const ofStream = devices?.devices.filter(({ streams }) => streams.includes(Number(stream))) ?? []
    draw(report, summary, about, ofStream, facts)
  } catch (error) {
    showPageFailure(
      main,
      `Report of stream ${stream}`,
      error,
      { href: '/ui/streams', text: 'All streams' },
      () => void show(),
    )
  }
}

function draw(
  { rules }: Report,
  summary: StreamSummary,
  about: About | null,
  devices: readonly Device[],
  facts: ReadonlyMap<string, UploadFacts>,
): void {
  const violated = (severity: string) =>
    rules.filter((row) => row.result === 'violated' && row.severity === severity)
  const of = (result: string) => rules.filter((row) => row.result === result)
  const tables: readonly (readonly [title: string, rows: readonly ReportRow[]])[] = [
    ['Errors', violated('error')],
    ['Warnings', violated('warning')],
    ['Notes', violated('note')],
    ['Met', of('met')],
    ['Not put to the test', of('not-exercised')],
  ]
  const later: readonly (readonly [title: string, place: HTMLElement])[] = [
    ['Latency', latencySection(stream, session, summary.uploads)],
    ['The reference server', referenceSection(stream, session, summary.uploads)],
  ]
  fill(
    main,
    pageHead(),
    h(
      'div',
      { class: 'report' },
      verdictLine(violated('error').length, of('met').length),
      recordingTable(summary, about, devices),
      h(
        'nav',
        { class: 'jumps no-print', 'aria-label': 'Parts of the report' },
        tables.map(([title, rows]) => rows.length > 0 && jumpTo(title, rows.length)),
        later.map(([title]) => jumpTo(title)),
      ),
      tables.map(([title, rows]) => section(title, rows, facts)),
      // The data of these sections arrives later, so they come last: they move only what is below them.
      later.map(([title, place]) => h('div', { id: anchorOf(title) }, place)),
      faultsSection(stream, session, summary.uploads),
    ),
  )
}

const pageHead = (): HTMLElement =>
  h(
    'div',
    { class: 'page-head' },
    h(
      'h1',
      {},
      h('a', { class: 'crumbs', href: `/ui/streams/${stream}${query}` }, `Stream ${stream}`),
      h('span', { class: 'muted' }, '/'),
      'Conformance report',
    ),
    h(
      'div',
      { class: 'page-actions' },
      h('button', { type: 'button', on: { click: () => window.print() } }, 'Print'),
      h('a', { class: 'button', href: compareLink() }, 'Compare'),
      h('a', { class: 'button', href: `/har/${stream}${query}` }, 'HAR'),
      h('a', { class: 'button', href: `/streams/${stream}/report${query}` }, 'JSON'),
      h(
        'a',
        { class: 'button', href: reportWith('evidence=true'), download: fileName() },
        'JSON with digests',
      ),
      h('a', { class: 'button', href: reportWith('format=junit&faults=true') }, 'JUnit'),
    ),
  )

function verdictLine(errors: number, met: number): HTMLElement {
  const verdict =
    errors > 0
      ? `Not conforming: ${plural(errors, 'rule')} violated`
      : met === 0
        ? 'Nothing was put to the test'
        : 'No rule is violated by an error'
  return h(
    'p',
    { class: `report-verdict ${errors > 0 ? 'error-text' : 'ok-text'}` },
    errors > 0 ? '✕ ' : '✓ ',
    h('strong', {}, verdict),
  )
}

/** The table that says what the report is about. */
function recordingTable(
  summary: StreamSummary,
  about: About | null,
  devices: readonly Device[],
): HTMLElement {
  const subjects = devices.slice(0, 3).map(({ subject }, i) => [i > 0 ? '; ' : '', untrusted(subject)])
  const rows: readonly (readonly [string, HTMLElement | string])[] = [
    ['Stream', `${stream} · ${summary.interface}${summary.strict_mode ? ' · strict' : ''}`],
    ['Session', session === null ? 'all' : sessionName(session)],
    ['Uploads', `${summary.uploads}${session === null ? '' : ' in all sessions of the stream'}`],
    ['Device', h('span', {}, devices.length === 0 ? 'none with a certificate' : subjects)],
    ['Time', dayAndClock(Date.now())],
    ['Software', `push-av-server ${about?.version ?? ''}`],
  ]
  return h(
    'table',
    { class: 'facts report-head' },
    h(
      'tbody',
      {},
      rows.map(([name, value]) => h('tr', {}, h('th', { scope: 'row' }, name), h('td', {}, value))),
    ),
  )
}

const anchorOf = (title: string): string => title.toLowerCase().replaceAll(' ', '-')

const jumpTo = (title: string, count?: number): HTMLElement =>
  h(
    'a',
    { href: `#${anchorOf(title)}` },
    title,
    count !== undefined && h('span', { class: 'muted' }, ` ${count}`),
  )

const reportWith = (wanted: string): string =>
  `/streams/${stream}/report${query ? `${query}&` : '?'}${wanted}`

const fileName = (): string =>
  `report-stream-${stream}${session === null ? '' : `-session-${session.replace(/[^\w.-]/g, '_')}`}.json`

/** The URL of a comparison with this recording as the first one; that page asks for the second one. */
const compareLink = (): string =>
  `/ui/compare?a=${encodeURIComponent(session === null ? stream : `${stream}/${session}`)}`

function section(
  title: string,
  rows: readonly ReportRow[],
  facts: ReadonlyMap<string, UploadFacts>,
): HTMLElement | null {
  if (rows.length === 0) return null
  const isViolated = rows[0]?.result === 'violated'
  return h(
    'section',
    { id: anchorOf(title) },
    h('h2', {}, `${title} `, h('span', { class: 'muted' }, rows.length)),
    scrollingTable(
      title,
      ['finding', 'rule', 'clause', isViolated && numberColumn('count')],
      rows.map((row) => ruleRow(stream, row, facts)),
      'table stacked',
    ),
  )
}

import { getJson } from '../api/client.ts'
import { codeParts, encodePath, plural } from '../dom/format.ts'
import { type Child, fill, h } from '../dom/h.ts'
import { loading, showFailure } from '../dom/load.ts'
import { numberColumn, scrollingTable } from '../dom/table.ts'
import { untrusted } from '../dom/words.ts'
import { reportSection } from '../report/report-section.ts'

interface Difference {
  readonly situation: string
  readonly reference: string
  readonly ours: string
}

interface ReferenceVerdict {
  readonly accepted: boolean
  readonly status: number | null
  readonly session_id: number | null
  readonly reasons: readonly { readonly code: string; readonly message: string }[]
  readonly difference: Difference | null
}

interface ReferenceReport {
  readonly accepted: number
  readonly refused: number
  readonly sessions: readonly { readonly id: number; readonly complete: boolean }[]
  readonly differences: readonly (Difference & {
    readonly count: number
    readonly examples: readonly {
      readonly upload: string
      readonly path: string
      readonly reasons: readonly string[]
    }[]
  })[]
  readonly truncated: boolean
}

/** What the reference server of the Matter SDK would have decided about an upload. */
export function referenceTab(panel: HTMLElement, stream: string, upload: string): void {
  loading(panel)
  getJson<{ reference: ReferenceVerdict | null }>(`/uploads/${stream}/${upload}/facts?reference=true`).then(
    ({ reference }) =>
      fill(panel, reference ? verdictView(reference) : h('p', {}, 'It is not known any more.')),
    (error) => showFailure(panel, error, () => referenceTab(panel, stream, upload)),
  )
}

function verdictView({
  accepted,
  status,
  session_id: session,
  reasons,
  difference,
}: ReferenceVerdict): HTMLElement {
  const where = session === null ? 'in no session' : `in its session ${session}`
  const response = status === null ? 'without a response' : `with ${status}`
  return h(
    'div',
    {},
    h(
      'p',
      { class: accepted ? 'ok-text' : 'error-text' },
      `${accepted ? '✓ The reference server would take it' : '✕ The reference server would not take it'}, ${response}, ${where}.`,
    ),
    reasons.length > 0 &&
      h(
        'ul',
        {},
        reasons.map(({ code, message }) =>
          h('li', {}, h('span', { class: 'code' }, code), ' ', untrusted(message)),
        ),
      ),
    difference &&
      h('p', { class: 'hint' }, h('strong', {}, 'This server decides otherwise: '), why(difference)),
  )
}

const why = ({ situation, reference, ours }: Difference): readonly Child[] =>
  withCode(`${situation}. The reference: ${reference}. This server: ${ours}.`)

const withCode = (text: string): readonly Child[] =>
  codeParts(text).map((part, at) => (at % 2 === 1 ? h('span', { class: 'code' }, part) : part))

/** The section of the report with what the reference server would have decided. */
export const referenceSection = (stream: string, session: string | null, uploads: number): HTMLElement =>
  reportSection<ReferenceReport>({
    title: 'The reference server',
    stream,
    session,
    uploads,
    part: 'reference',
    readAs: ' as the reference would',
    draw: (reference) => reportView(stream, reference),
  })

function reportView(stream: string, report: ReferenceReport): readonly (HTMLElement | false)[] {
  const complete = report.sessions.filter((session) => session.complete).length
  return [
    h(
      'p',
      { class: 'reference-counts' },
      `It would take ${plural(report.accepted, 'upload')} of the stream and refuse or lose ${report.refused}, `,
      `in ${plural(report.sessions.length, 'session')}, ${complete} of them complete.`,
      report.truncated && ' The stream is longer than what is remembered of it.',
    ),
    report.differences.length === 0
      ? h('p', { class: 'ok-text' }, '✓ This server finds errors in the same uploads.')
      : differenceTable(stream, report.differences),
  ]
}

function differenceTable(stream: string, differences: ReferenceReport['differences']): HTMLElement {
  return scrollingTable(
    'Differences from the reference server',
    ['situation', 'the reference', 'this server', numberColumn('count')],
    differences.map(({ situation, reference, ours, count, examples }) =>
      h(
        'tr',
        { class: 'report-row' },
        h(
          'td',
          {},
          withCode(situation),
          h(
            'ul',
            { class: 'report-uploads' },
            examples.map(({ upload, path, reasons }) =>
              h(
                'li',
                {},
                h(
                  'a',
                  {
                    class: 'mono',
                    href: `/ui/streams/${stream}/${encodePath(path)}?version=${upload}&tab=reference`,
                  },
                  untrusted(path),
                ),
                ' ',
                untrusted(reasons.join('; ')),
              ),
            ),
          ),
        ),
        h('td', {}, withCode(reference)),
        h('td', {}, withCode(ours)),
        h('td', { class: 'number' }, count),
      ),
    ),
  )
}

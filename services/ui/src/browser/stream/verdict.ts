import { getJson, sentenceOf } from '../api/client.ts'
import { getFacts } from '../api/facts.ts'
import type { Report, ReportRow, UploadFacts } from '../api/types.ts'
import { clockSeconds, plural } from '../dom/format.ts'
import { fill, h } from '../dom/h.ts'
import { mark, untrusted } from '../dom/words.ts'

export interface Verdict {
  readonly element: HTMLElement
  /** Reads the report again: soon where findings came, later where only uploads did. Several calls are one. */
  refresh(session: string | null, when?: 'soon' | 'later'): void
}

const maxShown = 5
const pausesMs = { soon: 1_500, later: 6_000 } as const
const order = ['error', 'warning', 'note']

/** Calls `onShown` after each read, with what went wrong or null. The distinct findings, worst first, each with what was expected and received: the answer to "what is wrong?". */
export function createVerdict(
  stream: string,
  onCode: (code: string) => void,
  onShown: (failure: unknown) => void,
): Verdict {
  const element = h('section', { class: 'verdict', 'aria-label': 'Verdict' })
  const examples = new Map<string, UploadFacts>()
  let session: string | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let readAt = Number.NEGATIVE_INFINITY
  let dueAt = Number.POSITIVE_INFINITY
  let isReading = false
  return { element, refresh }

  function refresh(now: string | null, when: 'soon' | 'later' = 'soon'): void {
    if (session !== now) readAt = Number.NEGATIVE_INFINITY
    session = now
    dueAt = Math.min(dueAt, Math.max(performance.now(), readAt + pausesMs[when]))
    if (isReading) return
    clearTimeout(timer)
    timer = setTimeout(() => void read(), dueAt - performance.now())
  }

  async function read(): Promise<void> {
    isReading = true
    dueAt = Number.POSITIVE_INFINITY
    readAt = performance.now()
    const asked = session
    let failure: unknown = null
    try {
      const report = await getJson<Report>(
        `/streams/${stream}/report${asked === null ? '' : `?session=${encodeURIComponent(asked)}`}`,
      )
      const violated = report.rules
        .filter(({ result }) => result === 'violated')
        .sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity) || b.count - a.count)
      const shown = violated.slice(0, maxShown)
      await Promise.all(shown.map(({ uploads }) => readExample(uploads[0])))
      show(report, shown, violated.length)
    } catch (error) {
      failure = error
      fill(element, h('div', { class: 'verdict-foot error-text' }, sentenceOf(error)))
    } finally {
      onShown(failure)
      isReading = false
      if (dueAt < Number.POSITIVE_INFINITY) refresh(session, 'later')
    }
  }

  async function readExample(upload: string | undefined): Promise<void> {
    if (upload && !examples.has(upload)) examples.set(upload, await getFacts(stream, upload))
  }

  function show({ rules }: Report, shown: readonly ReportRow[], violated: number): void {
    const count = (result: string) => rules.filter((row) => row.result === result).length
    const query = session === null ? '' : `?session=${encodeURIComponent(session)}`
    fill(
      element,
      shown.map(rowOf),
      h(
        'div',
        { class: 'verdict-foot' },
        h(
          'span',
          { class: violated === 0 && count('met') > 0 ? 'ok-text' : '' },
          violated === 0 && count('met') > 0 ? '✓ nothing is wrong: ' : count('met') > 0 ? '✓ ' : '',
          count('met') + violated === 0
            ? 'No rule was put to the test yet'
            : `${plural(count('met'), 'rule')} met · ${count('not-exercised')} not put to the test`,
        ),
        violated > shown.length && h('span', {}, `${violated - shown.length} more findings`),
        h('a', { href: `/ui/reports/${stream}${query}` }, 'whole report'),
      ),
    )
  }

  function rowOf({ code, severity, count, uploads, clause }: ReportRow): HTMLElement {
    const facts = examples.get(uploads[0] ?? '')
    const example = facts?.findings.find((finding) => finding.code === code)
    return h(
      'button',
      {
        type: 'button',
        class: `verdict-row ${severity}`,
        title: 'show these uploads',
        on: { click: () => onCode(code) },
      },
      h(
        'span',
        {},
        mark(severity),
        ' ',
        h('span', { class: 'code' }, code),
        h('span', { class: 'muted' }, ` ×${count}`),
      ),
      h(
        'span',
        {},
        facts?.track && h('span', { class: 'muted' }, untrusted(facts.track), ': '),
        untrusted(example?.message ?? ''),
      ),
      h('span', { class: 'muted verdict-clause', title: clause }, clause),
      h('span', { class: 'muted' }, facts ? `first ${clockSeconds(Date.parse(facts.started_at))}` : ''),
    )
  }
}

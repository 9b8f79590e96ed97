import { getJson, sentenceOf } from '../api/client.ts'
import { getFacts } from '../api/facts.ts'
import type { Report, ReportRow, UploadFacts } from '../api/types.ts'
import { clockSeconds, grouped, plural } from '../dom/format.ts'
import { fill, h } from '../dom/h.ts'
import { redraw } from '../dom/redraw.ts'
import { mark, untrusted } from '../dom/words.ts'

export interface Verdict {
  readonly element: HTMLElement
  /**
   * Reads the report again: `soon` after new findings, `later` after new uploads only. Joins several calls into one.
   */
  refresh(session: string | null, when?: 'soon' | 'later'): void
}

const maxShownFindings = 5
/** Time from the last read to the next one. */
const intervalsMs = { soon: 1_500, later: 6_000 } as const
const order = ['error', 'warning', 'note']

/**
 * The violated rules of a session or stream, worst first, each with an example of what was expected and received. Calls
 * `onShown` after each read with the error, or null.
 */
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
  /** The report that is shown, as JSON. It is drawn again only when it changes, so that a row keeps its focus. */
  let shownText = ''
  return { element, refresh }

  function refresh(now: string | null, when: 'soon' | 'later' = 'soon'): void {
    if (session !== now) readAt = Number.NEGATIVE_INFINITY
    session = now
    dueAt = Math.min(dueAt, Math.max(performance.now(), readAt + intervalsMs[when]))
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
      const wrong = violated.filter(({ severity }) => severity !== 'note').slice(0, maxShownFindings)
      await Promise.all(wrong.map(({ uploads }) => readExample(uploads[0])))
      show(report.rules, violated, wrong)
    } catch (error) {
      failure = error
      shownText = ''
      fill(element, h('div', { class: 'verdict-foot error-text' }, sentenceOf(error)))
    } finally {
      onShown(failure)
      isReading = false
      if (dueAt < Number.POSITIVE_INFINITY) refresh(session, 'later')
    }
  }

  async function readExample(upload: string | undefined): Promise<void> {
    if (!upload || examples.has(upload)) return
    // Retention may have removed the upload.
    const facts = await getFacts(stream, upload).catch(() => null)
    if (facts) examples.set(upload, facts)
  }

  function show(rules: Report['rules'], violated: readonly ReportRow[], wrong: readonly ReportRow[]): void {
    const text = JSON.stringify([session, violated, rules.map(({ result }) => result)])
    if (text === shownText) return
    shownText = text
    const notes = violated.filter(({ severity }) => severity === 'note')
    const more = violated.length - notes.length - wrong.length
    const query = session === null ? '' : `?session=${encodeURIComponent(session)}`
    redraw(element, () =>
      fill(
        element,
        wrong.map(rowOf),
        h(
          'div',
          { class: 'verdict-foot' },
          summaryOf(rules, wrong.length > 0),
          more > 0 && h('span', {}, plural(more, 'more finding')),
          h('a', { href: `/ui/reports/${stream}${query}` }, 'whole report'),
          notes.slice(0, maxShownFindings).map(noteOf),
          notes.length > maxShownFindings &&
            h('span', { class: 'muted' }, plural(notes.length - maxShownFindings, 'more note')),
        ),
      ),
    )
  }

  /** A note as a button below the rows: notes are no faults, so each gets one word. */
  function noteOf({ code, count, title }: ReportRow): HTMLElement {
    return h(
      'button',
      { type: 'button', class: 'quiet verdict-note', title, on: { click: () => onCode(code) } },
      mark('note'),
      h('span', { class: 'code' }, code),
      h('span', { class: 'muted' }, `×${grouped(count)}`),
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
        h('span', { class: 'muted' }, ` ×${grouped(count)}`),
      ),
      h(
        'span',
        {},
        facts?.track && h('span', { class: 'muted' }, untrusted(facts.track), ': '),
        untrusted(example?.message ?? ''),
      ),
      h('span', { class: 'muted verdict-clause', title: clause }, clause),
      h(
        'span',
        { class: 'muted wide-only' },
        facts ? `first ${clockSeconds(Date.parse(facts.started_at))}` : '',
      ),
    )
  }
}

function summaryOf(rules: Report['rules'], isWrong: boolean): HTMLElement {
  const count = (result: string) => rules.filter((row) => row.result === result).length
  const [met, untested] = [count('met'), count('not-exercised')]
  if (met === 0 && !isWrong) return h('span', {}, 'No rule was put to the test yet')
  return h(
    'span',
    { class: isWrong ? '' : 'ok-text' },
    `✓ ${isWrong ? '' : 'nothing is wrong: '}${plural(met, 'rule')} met · ${untested} not put to the test`,
  )
}

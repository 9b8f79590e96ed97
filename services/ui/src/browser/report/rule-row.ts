import type { ReportRow, UploadFacts } from '../api/types.ts'
import { encodePath } from '../dom/format.ts'
import { h } from '../dom/h.ts'
import { mark, untrusted } from '../dom/words.ts'
import { standardName } from '../inspect/findings.ts'

/**
 * The row of a rule in a table of the report. A violated rule has its hint and links to uploads that violate it.
 * `facts` has the facts of these uploads by their ids.
 */
export function ruleRow(
  stream: string,
  row: ReportRow,
  facts: ReadonlyMap<string, UploadFacts>,
): HTMLElement {
  const { code, severity, rule, title, clause, count, uploads, result } = row
  const isViolated = result === 'violated'
  const found = uploads.flatMap((id) => facts.get(id) ?? [])
  const hint = found.map((one) => findingOf(one, code)?.hint).find(Boolean)
  const examples = exampleItems(stream, code, found)
  return h(
    'tr',
    { class: 'report-row' },
    h('td', {}, isViolated && [mark(severity), ' '], h('span', { class: 'code' }, code)),
    h(
      'td',
      {},
      title,
      hint && h('div', {}, h('strong', {}, 'What to change: '), hint),
      examples.length > 0 && h('ul', { class: 'report-uploads' }, examples),
    ),
    h('td', { class: 'muted' }, clause || standardName(rule)),
    isViolated && h('td', { class: 'number' }, count),
  )
}

const findingOf = ({ findings }: UploadFacts, code: string) =>
  findings.find((candidate) => candidate.code === code)

/** Links to uploads, each with the message of its finding unless the upload before has the same message. */
function exampleItems(stream: string, code: string, uploads: readonly UploadFacts[]): readonly HTMLElement[] {
  let last: string | null = null
  return uploads.map((upload) => {
    const href = `/ui/streams/${stream}/${encodePath(upload.path)}?version=${upload.id}`
    const finding = findingOf(upload, code)
    const message = finding && finding.message !== last ? finding.message : null
    last = finding?.message ?? last
    return h(
      'li',
      {},
      h('a', { class: 'mono', href, 'data-url': new URL(href, location.href).href }, untrusted(upload.path)),
      ' ',
      message !== null && untrusted(message),
    )
  })
}

import type { Finding } from '../api/types.ts'
import { h } from '../dom/h.ts'
import { mark, untrusted } from '../dom/words.ts'

const standards: Readonly<Record<string, string>> = {
  matter: 'Matter',
  'dash-if': 'DASH-IF Live Media Ingest',
  cmaf: 'CMAF',
  hls: 'HLS',
  dash: 'DASH',
  server: 'this server',
}

export const standardName = (rule: string): string => standards[rule] ?? rule

/**
 * The findings of an upload, each with its rule and what to change. `linkOf` returns the URL of all uploads with a
 * code.
 */
export function findingsView(findings: readonly Finding[], linkOf: (code: string) => string): HTMLElement {
  if (findings.length === 0)
    return h(
      'p',
      { class: 'ok-text' },
      '✓ Nothing was found: this upload meets every rule that applies to it.',
    )
  const items = findings.map(({ code, severity, rule, message, title, clause, hint }) =>
    h(
      'li',
      { class: `finding ${severity}` },
      h(
        'div',
        { class: 'finding-head' },
        mark(severity),
        h('a', { class: 'code', href: linkOf(code), title: 'all uploads with this finding' }, code),
      ),
      h('p', { class: 'finding-message' }, untrusted(message)),
      hint && h('p', { class: 'hint' }, h('strong', {}, 'What to change: '), hint),
      h('p', { class: 'muted finding-rule' }, title && `Rule: ${title}. `, clause || standardName(rule)),
    ),
  )
  return h('ul', { class: 'findings' }, items)
}

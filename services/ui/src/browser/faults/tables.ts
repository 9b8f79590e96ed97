import type { FaultReaction, FaultRule, Faults } from '../api/types.ts'
import { clockSeconds, encodePath, plural, span } from '../dom/format.ts'
import { type Child, h } from '../dom/h.ts'
import { scrollingTable } from '../dom/table.ts'
import { untrusted } from '../dom/words.ts'

export const rulesTable = (rules: readonly FaultRule[], remove: (id: string) => void): HTMLElement =>
  tableOf(
    'Rules',
    ['uploads', 'the server', 'state', 'hits', 'ends', ''],
    rules.map((rule) => [
      untrusted(selectionOf(rule.when)),
      rule.does,
      rule.state,
      `${rule.hits} of ${rule.max_hits}`,
      clockSeconds(Date.parse(rule.until)),
      h('button', { type: 'button', on: { click: () => remove(rule.id) } }, 'Remove'),
    ]),
  )

function selectionOf({
  path,
  session,
  track,
  kind,
  nth,
  every,
  probability,
  seed,
}: FaultRule['when']): string {
  const parts = [
    nth !== undefined && `number ${nth} of`,
    every !== undefined && `each ${every}th of`,
    probability !== undefined && `${probability * 100} % (seed ${seed ?? 0}) of`,
    kind ? `${kind}s` : 'uploads',
    track !== undefined && `of ${track}`,
    session !== undefined && `in session ${session}`,
    path !== undefined && `at ${path}`,
  ]
  return parts.filter(Boolean).join(' ')
}

const words: Readonly<Record<FaultReaction['reaction'], string>> = {
  accepted: '✓ accepted',
  retried: '✓ retried',
  skipped: '✕ skipped',
  'new-session': '✕ new session',
  'gave-up': '✕ gave up',
  pending: '… pending',
}

/** What the camera did after each hit of a fault. */
export const reactionsTable = (stream: string, reactions: readonly FaultReaction[]): HTMLElement =>
  tableOf(
    'Reactions',
    ['time', 'upload', 'the server', 'the camera', 'retries', 'object came after'],
    reactions.map((reaction) => [
      clockSeconds(Date.parse(reaction.at)),
      h(
        'a',
        {
          class: 'mono',
          href: `/ui/streams/${stream}/${encodePath(reaction.path)}?version=${reaction.upload}`,
        },
        untrusted(reaction.path),
      ),
      reaction.does,
      [h('strong', {}, words[reaction.reaction]), ' ', untrusted(reaction.says)],
      reaction.retries,
      reaction.delivered_after_ms === null ? '–' : span(reaction.delivered_after_ms),
    ]),
  )

/** Which objects of each session were lost to faults. */
export const lossesTable = (sessions: Faults['sessions']): HTMLElement =>
  tableOf(
    'Losses',
    ['session', 'objects hit', 'lost', 'may still come'],
    sessions.map(({ session, objects, lost, pending }) => [
      untrusted(session ?? 'none'),
      objects,
      lost.length === 0
        ? 'nothing'
        : h('span', {}, plural(lost.length, 'object'), ': ', untrusted(shortened(lost))),
      pending.length,
    ]),
  )

const shortened = (paths: readonly string[]): string =>
  paths.length <= 5 ? paths.join(', ') : `${paths.slice(0, 5).join(', ')}, …`

function tableOf(name: string, columns: readonly string[], rows: readonly (readonly Child[])[]): HTMLElement {
  return scrollingTable(
    name,
    columns.map((column) => column || h('td', {})),
    rows.map((cells) =>
      h(
        'tr',
        { class: 'report-row' },
        cells.map((cell) => h('td', {}, cell)),
      ),
    ),
  )
}

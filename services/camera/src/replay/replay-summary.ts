import { printable } from '@pushav/shared/lib/printable.ts'
import { replyWords } from '../sending/reply-words.ts'
import type { ReplayOutcome } from './replay-recording.ts'

const maxDifferenceLines = 20

/** Summary of a replay, collected while it runs. */
export interface ReplaySummary {
  add(outcome: ReplayOutcome): void
  /** A line for each kind of upload, then one for each of the first 20 uploads with another status than recorded. */
  lines(): readonly string[]
  /** Number of uploads sent. */
  readonly sent: number
  /** Number of uploads whose outcome differs from the recorded one. */
  readonly otherwise: number
}

export function createReplaySummary(): ReplaySummary {
  const kinds = new Map<string, { sent: number; statuses: Map<string, number> }>()
  const differing: string[] = []
  let [sent, otherwise] = [0, 0]
  return {
    add(outcome) {
      const { upload, isAsRecorded } = outcome
      const kind = kinds.get(upload.kind) ?? { sent: 0, statuses: new Map<string, number>() }
      kinds.set(upload.kind, kind)
      kind.sent++
      const status = statusWord(outcome)
      kind.statuses.set(status, (kind.statuses.get(status) ?? 0) + 1)
      sent++
      if (isAsRecorded) return
      otherwise++
      if (differing.length < maxDifferenceLines) differing.push(differenceLine(outcome))
    },
    lines: () => [
      ...[...kinds]
        .toSorted()
        .map(([name, { sent, statuses }]) => `${name}: ${sent} sent, ${countsOf(statuses)}`),
      ...differing,
      ...(otherwise > differing.length ? [`and ${otherwise - differing.length} more`] : []),
    ],
    get sent() {
      return sent
    },
    get otherwise() {
      return otherwise
    },
  }
}

function statusWord({ status, upload }: ReplayOutcome): string {
  if (status !== null) return `status ${status}`
  return upload.isCutOff ? 'cut off as recorded' : 'lost'
}

const countsOf = (statuses: ReadonlyMap<string, number>): string =>
  [...statuses].map(([status, count]) => `${count} with ${status}`).join(', ')

function differenceLine({ upload, status, words }: ReplayOutcome): string {
  const recorded = upload.isCutOff ? 'cut off' : (upload.status ?? 'accepted')
  const said = words === '' ? '' : `: ${replyWords(words)}`
  return printable(`  ${upload.path}: recorded ${recorded}, received ${status ?? 'no response'}${said}`)
}

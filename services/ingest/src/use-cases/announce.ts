import type { StreamEvent } from '@pushav/shared/feed.ts'
import type { Folded, ObjectEvent } from '../domain/fold.ts'
import type { SessionEvent } from '../domain/judge/events.ts'
import { type JournalEntry, timeOf } from '../domain/upload.ts'
import type { Announce } from './index-journals.ts'
import type { Feed, View } from './ports.ts'
import { repairViewWith } from './repair-view.ts'
import type { SilenceWatch } from './silence-watch.ts'
import type { VerdictBoard } from './verdict-board.ts'

interface Needs {
  readonly verdicts: VerdictBoard
  readonly feed: Pick<Feed, 'publish'>
  readonly silence: SilenceWatch
  readonly view: View
  /** What was written before is a replay. */
  readonly startedAt: Date
  readonly now: () => Date
}

/** What is older than this is no news. */
const newsMs = 600_000

/** Tells those who wait for a verdict, and those who watch, what has come into the index; a replay mends the view. */
export function announceWith({ verdicts, feed, silence, view, startedAt, now }: Needs): Announce {
  const repairView = repairViewWith(view)
  return async function announce(stream, entries, folded) {
    tell(stream, entries, folded)
    const [oldest] = entries
    if (oldest && Date.parse(timeOf(oldest)) < startedAt.getTime()) await repairView(stream, folded.events)
  }

  function tell(stream: string, entries: readonly JournalEntry[], folded: Folded): void {
    const { stream: settings, state, events } = folded
    const at = now().toISOString()
    const findings = new Map(events.flatMap((event) => (event.kind === 'judged' ? [verdictIn(event)] : [])))
    for (const { id } of entries) {
      verdicts.announce(id, { strict: settings?.strict ?? false, findings: findings.get(id) ?? [] })
    }
    const newest = entries.at(-1)
    if (!newest || now().getTime() - Date.parse(timeOf(newest)) > newsMs) return
    for (const entry of entries) {
      if (entry.kind === 'stream-created')
        feed.publish({ kind: 'stream-created', stream, at, interface: entry.interface })
    }
    for (const event of events.flatMap((event) => told(stream, at, event))) feed.publish(event)
    for (const session of Object.values(state.sessions)) silence.heard(stream, session)
  }
}

const verdictIn = ({ upload, findings }: Judgement) => [upload.id, findings] as const

function told(stream: string, at: string, event: ObjectEvent): readonly StreamEvent[] {
  if (event.kind === 'deleted') return [{ kind: 'object-deleted', stream, at, path: event.path }]
  const { upload, session, track, sessionEvents } = event
  const findings = event.findings.map(({ code, severity }) => ({ code, severity }))
  const facts = { stream, at, upload: upload.id, path: upload.path }
  return [
    { kind: 'upload-judged', ...facts, session, track, findings },
    ...sessionEvents.map((happened) => ofSession(stream, at, happened)),
  ]
}

const ofSession = (stream: string, at: string, event: SessionEvent): StreamEvent => ({ ...event, stream, at })

type Judgement = Extract<ObjectEvent, { kind: 'judged' }>

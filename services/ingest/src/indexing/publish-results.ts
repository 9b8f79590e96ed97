import type { EventBus } from '../events/event-bus.ts'
import type { PendingVerdicts } from '../uploads/pending-verdicts.ts'
import type { ObjectLinks } from '../uploads/ports.ts'
import { type JournalEntry, timeOf } from '../uploads/upload.ts'
import type { Finding } from '../validation/finding.ts'
import type { FoldResult, ObjectEvent } from './fold.ts'
import type { PublishResults } from './index-journals.ts'
import { repairLinksWith } from './repair-links.ts'
import type { SessionTimeouts } from './session-timeouts.ts'

interface Needs {
  readonly verdicts: PendingVerdicts
  readonly feed: Pick<EventBus, 'publish'>
  readonly silence: SessionTimeouts
  readonly view: ObjectLinks
  /** What was written before is a replay. */
  readonly startedAt: Date
  readonly now: () => Date
}

/** What is older than this is no news. */
const newsMs = 600_000

/** Tells those who wait for a verdict, and those who watch, what has come into the index; a replay mends the view. */
export function publishResultsWith({ verdicts, feed, silence, view, startedAt, now }: Needs): PublishResults {
  const repairView = repairLinksWith(view)
  return async function announce(stream, entries, folded) {
    tell(stream, entries, folded)
    const [oldest] = entries
    if (oldest && Date.parse(timeOf(oldest)) < startedAt.getTime()) await repairView(stream, folded.events)
  }

  function tell(stream: string, entries: readonly JournalEntry[], folded: FoldResult): void {
    const { stream: settings, state, events } = folded
    const at = now().toISOString()
    const strict = settings?.strict ?? false
    const findings = new Map<string, readonly Finding[]>()
    for (const event of events) if (event.kind === 'judged') findings.set(event.upload.id, event.findings)
    for (const { id } of entries) verdicts.resolve(id, { strict, findings: findings.get(id) ?? [] })
    const newest = entries.at(-1)
    if (!newest || now().getTime() - Date.parse(timeOf(newest)) > newsMs) return
    for (const entry of entries) {
      if (entry.kind === 'stream-created')
        feed.publish({ kind: 'stream-created', stream, at, interface: entry.interface })
    }
    for (const event of events) tellOne(stream, at, event)
    for (const session of Object.values(state.sessions)) silence.touch(stream, session)
  }

  function tellOne(stream: string, at: string, event: ObjectEvent): void {
    if (event.kind === 'deleted') feed.publish({ kind: 'object-deleted', stream, at, path: event.path })
    else tellVerdict(stream, at, event)
  }

  function tellVerdict(stream: string, at: string, event: Extract<ObjectEvent, { kind: 'judged' }>): void {
    const { upload, session, track, sessionEvents } = event
    const findings = event.findings.map(({ code, severity }) => ({ code, severity }))
    const facts = { stream, at, upload: upload.id, path: upload.path }
    feed.publish({ kind: 'upload-judged', ...facts, session, track, findings })
    for (const happened of sessionEvents) feed.publish({ ...happened, stream, at })
  }
}

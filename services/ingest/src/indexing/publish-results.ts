import type { DeviceSums } from '../devices/sum-devices.ts'
import type { EventBus } from '../events/event-bus.ts'
import type { VerdictWatch } from '../expectations/watch-verdicts.ts'
import { forEachLimit } from '../lib/for-each-limit.ts'
import type { Quotas } from '../quotas/quotas.ts'
import type { PendingVerdicts } from '../uploads/pending-verdicts.ts'
import type { ObjectLinks } from '../uploads/ports.ts'
import { type JournalEntry, timeOf } from '../uploads/upload.ts'
import type { Finding } from '../validation/finding.ts'
import type { FoldResult, ObjectEvent } from './fold.ts'
import type { PublishRemoval, PublishResults } from './index-journals.ts'
import type { JudgedUpload } from './judged-upload.ts'
import { logEnd, type ResultLog } from './log-results.ts'
import { repairLinksWith } from './repair-links.ts'
import type { SessionTimeouts } from './session-timeouts.ts'

interface PublishResultsDeps {
  readonly verdicts: PendingVerdicts
  readonly eventBus: Pick<EventBus, 'publish'>
  readonly sessionTimeouts: SessionTimeouts
  readonly verdictWatch: Pick<VerdictWatch, 'touch' | 'reset'>
  readonly deviceSums: Pick<DeviceSums, 'touch'>
  readonly resultLog: Pick<ResultLog, 'uploaded' | 'ended'>
  /** Counts an upload of a stream with this interface. */
  readonly count: (interfaceName: string, judged: JudgedUpload) => void
  /** Null where no quota is set. */
  readonly quotas: Pick<Quotas, 'indexed' | 'removed'> | null
  readonly links: ObjectLinks
  /** Lines that were written before are a replay. */
  readonly startedAt: Date
  readonly now: () => Date
}

/** Lines older than this are published as no events. */
const maxEventAgeMs = 600_000

/** What follows once uploads are gone from the index: their links go, and subscribers get an event. */
export function publishRemovalWith({
  verdicts,
  eventBus,
  quotas,
  links,
  now,
}: Pick<PublishResultsDeps, 'verdicts' | 'eventBus' | 'quotas' | 'links' | 'now'>): PublishRemoval {
  return async function publishRemoval(stream, entry, removal) {
    const { uploads } = removal
    quotas?.removed(stream, removal)
    await forEachLimit(uploads, linkConcurrency, async ({ upload: { id, path } }) => {
      if ((await links.find(stream, path)) === id) await links.remove(stream, path)
    })
    verdicts.resolve(entry.id, { strict: false, findings: [] })
    if (uploads.length === 0 || now().getTime() - Date.parse(entry.at) > maxEventAgeMs) return
    eventBus.publish({
      kind: 'uploads-removed',
      stream,
      at: entry.at,
      session: entry.session,
      uploads: uploads.length,
      reason: entry.reason,
    })
  }
}

const linkConcurrency = 16

/**
 * What follows once lines are in the index: uploads that wait get their verdicts, subscribers get events of new lines,
 * and the links of replayed lines are repaired.
 */
export function publishResultsWith(deps: PublishResultsDeps): PublishResults {
  const { verdicts, eventBus, sessionTimeouts, verdictWatch, deviceSums, resultLog } = deps
  const { count, quotas, links, startedAt, now } = deps
  const repairLinks = repairLinksWith(links)
  return async function publishResults(stream, entries, folded) {
    quotas?.indexed(stream, folded)
    resolveVerdicts(entries, folded)
    if (folded.events.some(isOfDevice)) deviceSums.touch(stream)
    if (isNews(entries)) publishEvents(stream, entries, folded)
    if (isReplay(entries)) await repairLinks(stream, folded.events)
  }

  function resolveVerdicts(entries: readonly JournalEntry[], { stream, events }: FoldResult): void {
    const strict = stream?.strict ?? false
    const findings = new Map<string, readonly Finding[]>()
    for (const event of events) if (event.kind === 'judged') findings.set(event.upload.id, event.findings)
    for (const { id } of entries) verdicts.resolve(id, { strict, findings: findings.get(id) ?? [] })
  }

  function isNews(entries: readonly JournalEntry[]): boolean {
    const newest = entries.at(-1)
    return newest !== undefined && now().getTime() - Date.parse(timeOf(newest)) <= maxEventAgeMs
  }

  function isReplay([oldest]: readonly JournalEntry[]): boolean {
    return oldest !== undefined && Date.parse(timeOf(oldest)) < startedAt.getTime()
  }

  function publishEvents(stream: string, entries: readonly JournalEntry[], folded: FoldResult): void {
    const at = now().toISOString()
    for (const entry of entries) {
      if (entry.kind === 'stream-created')
        eventBus.publish({ kind: 'stream-created', stream, at, interface: entry.interface })
      if (entry.kind === 'expectations-set') {
        eventBus.publish({ kind: 'expectations-set', stream, at })
        verdictWatch.reset(stream)
      }
    }
    if (folded.stream?.expectations) verdictWatch.touch(stream)
    for (const event of folded.events) {
      if (event.kind === 'judged') publishVerdict(stream, at, event, folded)
      else eventBus.publish({ kind: 'object-deleted', stream, at, path: event.path })
    }
    for (const session of Object.values(folded.state.sessions)) sessionTimeouts.touch(stream, session)
  }

  function publishVerdict(
    stream: string,
    at: string,
    event: Extract<ObjectEvent, { kind: 'judged' }>,
    { state, stream: known, replaced }: FoldResult,
  ): void {
    const { upload, session, track, sessionEvents, nonMedia } = event
    const findings = event.findings.map(({ code, severity }) => ({ code, severity }))
    const facts = { stream, at, upload: upload.id, path: upload.path }
    eventBus.publish({ kind: 'upload-judged', ...facts, session, track, findings })
    if (nonMedia !== null) eventBus.publish({ kind: 'upload-probed', ...facts, state: 'not-media' })
    resultLog.uploaded(stream, event)
    count(known?.interface ?? 'none', event)
    for (const sessionEvent of sessionEvents) {
      eventBus.publish({ ...sessionEvent, stream, at })
      const ended = [...replaced, ...Object.values(state.sessions)].find(
        ({ id }) => id === sessionEvent.session,
      )
      if (ended) logEnd(resultLog, stream, ended, sessionEvent.kind)
    }
  }
}

const isOfDevice = (event: ObjectEvent): boolean =>
  event.kind === 'judged' && event.upload.sender.device !== null

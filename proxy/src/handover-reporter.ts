import { randomUUID } from 'node:crypto'
import { type handoverApplied, handoverReportMs } from '@pushav/shared/handover.ts'
import type { Address } from '@pushav/shared/settings.ts'
import type { z } from 'zod'
import type { IngestEvents } from './ingest-events.ts'
import type { HandoverFile } from './tls/handover-file.ts'
import { type IngestAddresses, keyOf } from './upstream/ingest-addresses.ts'

/** Short, because a proxy usually listens before ingest does. */
const retryMs = 250

/** Where a proxy listens, in the field names of the report to ingest. */
type ListenReport = Omit<z.input<typeof handoverApplied>, 'proxy' | 'version'>

interface HandoverReporterDeps {
  readonly ingests: IngestAddresses
  readonly events: Pick<IngestEvents, 'postTo'>
  readonly handover: Pick<HandoverFile, 'version' | 'onChange'>
}

/**
 * Reports to each ingest where this proxy listens and which version of the handover file it applies. It reports at once
 * after a change, every two seconds so that ingest knows which proxies run, and after 250 ms to an ingest that did not
 * accept the last report. Disposal stops the reports.
 */
export function reportHandover(
  { ingests, events, handover }: HandoverReporterDeps,
  listening: ListenReport,
): Disposable {
  const proxy = randomUUID()
  let isOver = false
  const reporters = new Map<string, () => void>()
  const timer = setInterval(reportAll, handoverReportMs).unref()
  handover.onChange(reportAll)
  ingests.onChange(reportAll)
  reportAll()
  return { [Symbol.dispose]: dispose }

  function dispose(): void {
    isOver = true
    clearInterval(timer)
  }

  function reportAll(): void {
    const current = new Map(ingests.current().map((ingest) => [keyOf(ingest), ingest]))
    for (const key of reporters.keys()) if (!current.has(key)) reporters.delete(key)
    for (const [key, ingest] of current) if (!reporters.has(key)) reporters.set(key, reporterFor(key, ingest))
    for (const report of reporters.values()) report()
  }

  /** Posts one report at a time; a version that changes during a post is posted right after it. */
  function reporterFor(key: string, ingest: Address): () => void {
    let reported: string | null = null
    let isPosting = false
    return () => void report()

    async function report(): Promise<void> {
      if (isPosting) return
      isPosting = true
      let isAccepted: boolean
      do {
        reported = handover.version()
        const event = { proxy, version: reported, ...listening }
        isAccepted = await events.postTo(ingest, 'handover-applied', event)
      } while (reported !== handover.version())
      isPosting = false
      if (!isAccepted && !isOver && reporters.has(key)) setTimeout(report, retryMs).unref()
    }
  }
}

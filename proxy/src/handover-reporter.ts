import { randomUUID } from 'node:crypto'
import { handoverReportMs } from '@pushav/shared/handover.ts'
import type { Address } from '@pushav/shared/settings.ts'
import { postEvent } from './ingest-events.ts'
import type { HandoverFile } from './tls/handover-file.ts'

/**
 * Reports to each ingest where this proxy listens and which version of the handover file it applies: at once after a change, and every two
 * seconds, so that ingest knows which proxies there are. Disposal stops that.
 */
export function reportHandover(
  ingests: readonly Address[],
  handover: HandoverFile,
  place: { readonly port: number; readonly ui_port: number | null; readonly is_loopback: boolean },
): Disposable {
  const proxy = randomUUID()
  const reports = ingests.map(reporterFor)
  const reportAll = () => {
    for (const report of reports) report()
  }
  const timer = setInterval(reportAll, handoverReportMs).unref()
  handover.onChange(reportAll)
  reportAll()
  return { [Symbol.dispose]: () => clearInterval(timer) }

  /** One report at a time; a change in the meantime is reported behind it. */
  function reporterFor(ingest: Address): () => void {
    let reported: string | null = null
    let isPosting = false
    return () => void report()

    async function report(): Promise<void> {
      if (isPosting) return
      isPosting = true
      do {
        reported = handover.version()
        const event = { proxy, version: reported, ...place }
        await postEvent(ingest, 'handover-applied', event, handover.trust().secret)
      } while (reported !== handover.version())
      isPosting = false
    }
  }
}

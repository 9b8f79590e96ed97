import { handoverReportMs } from '@pushav/shared/handover.ts'

/** A proxy that has missed three reports is gone. */
const proxyGoneMs = 3.5 * handoverReportMs

/** Which version of the handover file each proxy applies. */
export interface HandoverAcknowledgements {
  /** A proxy has reported the version that it applies. */
  report(proxy: string, version: string): void
  /**
   * Resolves with true when every proxy applies the version that the file has then; with false when some does not, or
   * no proxy has reported, after `waitMs`.
   */
  waitForAll(waitMs: number): Promise<boolean>
}

/** `currentVersion` reads the file; `now` is the time. */
export function createHandoverAcknowledgements(
  currentVersion: () => Promise<string>,
  now: () => Date,
): HandoverAcknowledgements {
  const proxies = new Map<string, { readonly version: string; readonly at: number }>()
  const startedAt = now().getTime()
  const waiting = new Set<() => void>()
  return { report, waitForAll }

  function report(proxy: string, version: string): void {
    proxies.set(proxy, { version, at: now().getTime() })
    for (const wake of waiting) wake()
  }

  async function waitForAll(waitMs: number): Promise<boolean> {
    const isOver = AbortSignal.timeout(waitMs)
    while (!(await isAppliedByAll())) {
      if (isOver.aborted) return false
      await nextReport(isOver)
    }
    return true
  }

  async function isAppliedByAll(): Promise<boolean> {
    // Another ingest may have replaced the file, with the same revocations and its own.
    const version = await currentVersion()
    const at = now().getTime()
    for (const [proxy, report] of proxies) if (at - report.at > proxyGoneMs) proxies.delete(proxy)
    // Just after a start some proxies may not have reported for the first time.
    if (proxies.size === 0 || at - startedAt < handoverReportMs) return false
    return [...proxies.values()].every((report) => report.version === version)
  }

  function nextReport(isOver: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(wake, pollMs)
      isOver.addEventListener('abort', wake)
      waiting.add(wake)

      function wake(): void {
        clearTimeout(timer)
        isOver.removeEventListener('abort', wake)
        waiting.delete(wake)
        resolve()
      }
    })
  }
}

/** How often the state is checked without a report: proxies disappear silently. */
const pollMs = 250

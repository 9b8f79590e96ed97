import type { Finding } from '../validation/finding.ts'

/** Journal entries of this process that wait until the index has reached them. */
export interface PendingVerdicts {
  /** The verdict on the entry with that id, or null when it takes longer than `timeoutMs`. Never rejects. */
  wait(entry: string, timeoutMs: number): Promise<Verdict | null>
  /** Does nothing where there is no such entry, or no longer. */
  resolve(entry: string, verdict: Verdict): void
  isPending(entry: string): boolean
}

/** What was found in an upload, and whether that rejects it. */
export interface Verdict {
  /** Whether the stream is strict: then errors reject the upload. */
  readonly strict: boolean
  /** The findings of the upload; none for another entry. */
  readonly findings: readonly Finding[]
}

export function createPendingVerdicts(): PendingVerdicts {
  const waiting = new Map<string, (verdict: Verdict | null) => void>()
  return {
    wait(entry, timeoutMs) {
      return new Promise((resolve) => {
        const timer = setTimeout(settle, timeoutMs, null)
        waiting.set(entry, settle)
        function settle(verdict: Verdict | null): void {
          clearTimeout(timer)
          waiting.delete(entry)
          resolve(verdict)
        }
      })
    },
    isPending: (entry) => waiting.has(entry),
    resolve: (entry, verdict) => waiting.get(entry)?.(verdict),
  }
}

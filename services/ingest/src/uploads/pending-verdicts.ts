import type { Finding } from '../validation/finding.ts'

/** Where uploads wait for their verdicts. Only a convenience: the index is what holds them. */
export interface PendingVerdicts {
  /** The verdict, or null when it takes longer than `withinMs`. */
  wait(upload: string, withinMs: number): Promise<Verdict | null>
  resolve(upload: string, verdict: Verdict): void
}

export interface Verdict {
  readonly strict: boolean
  readonly findings: readonly Finding[]
}

export function createPendingVerdicts(): PendingVerdicts {
  const waiting = new Map<string, (verdict: Verdict | null) => void>()
  return {
    wait(upload, withinMs) {
      return new Promise((resolve) => {
        const timer = setTimeout(settle, withinMs, null)
        waiting.set(upload, settle)
        function settle(verdict: Verdict | null): void {
          clearTimeout(timer)
          waiting.delete(upload)
          resolve(verdict)
        }
      })
    },
    resolve: (upload, verdict) => waiting.get(upload)?.(verdict),
  }
}

import type { FaultRule } from './fault-rule.ts'

/** A rule with the stream that it is for. */
export interface StreamRule {
  readonly stream: string
  readonly rule: FaultRule
}

/** How often a rule was about an upload, and how often it hit one. */
export interface RuleCounts {
  /** Uploads that the rule was about. */
  readonly matched: number
  readonly hits: number
}

/** Rules of all streams, which all ingest processes share. All throw `Unavailable` while Redis does not respond. */
export interface FaultStore {
  /** Changes whenever rules do. */
  version(): Promise<string>
  all(): Promise<readonly StreamRule[]>
  add(rules: readonly StreamRule[]): Promise<void>
  /** Removes rules with their counts; those that are gone already are passed over. */
  remove(rules: readonly StreamRule[]): Promise<void>
  /** Counts an upload that a rule is about, and returns its number, from 1. */
  countMatch(rule: string): Promise<number>
  /** Counts a hit unless there have been `maxHits`; returns whether it did. */
  countHit(rule: string, maxHits: number): Promise<boolean>
  /** Fingerprint of the certificate that a rule lets expire; null while it has chosen none. */
  expiredCertificate(rule: string): Promise<string | null>
  /** Lets a certificate expire unless the rule has chosen another one; returns whether it did. */
  expireCertificate(rule: string, fingerprint: string): Promise<boolean>
  counts(rules: readonly string[]): Promise<readonly RuleCounts[]>
}

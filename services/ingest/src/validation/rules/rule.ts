import type { Precondition } from '../preconditions.ts'

export type Severity = 'error' | 'warning' | 'note'
export type Standard = 'matter' | 'dash-if' | 'cmaf' | 'hls' | 'dash' | 'server'

/** The rule behind one finding code; validation, the report and docs/findings.md share this table. */
export interface Rule {
  /**
   * Severity of its findings; a few findings differ, where the circumstances make them less or more severe.
   */
  readonly severity: Severity
  /** Where the rule comes from; the JSON of a finding calls it `rule`. */
  readonly standard: Standard
  readonly title: string
  /** Clause of the standard. */
  readonly clause: string
  /** What to change in the device, in a sentence or two. */
  readonly hint: string
  /** The rule is exercised in a session where one of these holds. */
  readonly exercisedBy: readonly Precondition[]
  /**
   * Reported once for each track or session, because every further upload would repeat it; absent: each time.
   */
  readonly once?: 'track' | 'session'
}

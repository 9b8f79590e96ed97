import { type FindingCode, rules, type Severity, type Standard } from './rules.ts'

/** One thing noticed about an upload, with the rule that it comes from. */
export interface Finding {
  readonly code: FindingCode
  readonly severity: Severity
  readonly rule: Standard
  /** What was expected and what was received. */
  readonly message: string
}

/** A finding as the catalogue weighs it, unless the circumstances weigh it otherwise. */
export function find(code: FindingCode, message: string, severity?: Severity): Finding {
  const entry = rules[code]
  return { code, severity: severity ?? entry.severity, rule: entry.rule, message }
}

/** Whether a strict stream answers 400. */
export const isAccepted = (findings: readonly Finding[]): boolean =>
  !findings.some((finding) => finding.severity === 'error')

/** What a device sent, short enough for a sentence. */
export const shown = (text: string): string =>
  text.length <= maxShown ? text : `${text.slice(0, maxShown)}…`

const maxShown = 120

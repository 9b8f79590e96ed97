import { type FindingCode, rules, type Severity, type Standard } from './rules.ts'

/** One thing noticed about an upload, as the API and Redis have it. */
export interface Finding {
  readonly code: FindingCode
  readonly severity: Severity
  /** The standard that the rule comes from. */
  readonly rule: Standard
  /** A sentence without its full stop: what was expected and what was received. */
  readonly message: string
}

/** A finding that an earlier upload got and that is not true any more. */
export interface WithdrawnFinding {
  readonly upload: string
  readonly code: FindingCode
  readonly severity: Severity
  /** Id of the session that it was counted in, where that is not the session of the upload that withdraws it. */
  readonly session?: string
}

/** A finding of a code, with the severity of its rule unless another is given. */
export function finding(code: FindingCode, message: string, severity?: Severity): Finding {
  const entry = rules[code]
  return { code, severity: severity ?? entry.severity, rule: entry.standard, message }
}

/** Whether an upload with these findings is accepted; a strict stream responds 400 when not. */
export const isAccepted = (findings: readonly Finding[]): boolean =>
  !findings.some((finding) => finding.severity === 'error')

/** The worst severity of an upload's findings; null without findings. */
export function worstOf(findings: readonly Finding[]): Severity | null {
  if (findings.length === 0) return null
  return severities.find((severity) => findings.some((finding) => finding.severity === severity)) ?? null
}

/** The worst first. */
export const severities: readonly Severity[] = ['error', 'warning', 'note']

/** The first 120 characters of a text from a device, for the message of a finding. */
export const excerpt = (text: string): string =>
  text.length <= maxExcerpt ? text : `${text.slice(0, maxExcerpt)}…`

const maxExcerpt = 120

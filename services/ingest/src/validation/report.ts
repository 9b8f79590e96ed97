import { type Finding, severities } from './finding.ts'
import type { Precondition } from './preconditions.ts'
import { type FindingCode, findingCodes, type Rule, rules, type Severity, type Standard } from './rules.ts'

/** A code with the severity that its finding had, which may differ from its rule's. */
export type CodeWithSeverity = `${FindingCode} ${Severity}`

export const codeOf = (text: CodeWithSeverity): FindingCode => text.slice(0, text.indexOf(' ')) as FindingCode

/** The findings of one session, counted. */
export interface FindingCounts {
  /** Uploads with a finding of this code and severity. */
  readonly counts: Readonly<Partial<Record<CodeWithSeverity, number>>>
  /** Ids of the first of them; a few are enough. */
  readonly first: Readonly<Partial<Record<FindingCode, readonly string[]>>>
  readonly preconditions: readonly Precondition[]
}

export const noCounts: FindingCounts = { counts: {}, first: {}, preconditions: [] }

/** What two sessions have together; its size is bounded by the number of rules. */
export function addCounts(one: FindingCounts, other: FindingCounts): FindingCounts {
  const counts = { ...one.counts }
  for (const [name, count] of Object.entries(other.counts) as [CodeWithSeverity, number][])
    counts[name] = (counts[name] ?? 0) + count
  const first = { ...one.first }
  for (const [code, uploads] of Object.entries(other.first) as [FindingCode, readonly string[]][])
    first[code] = [...(first[code] ?? []), ...uploads].slice(0, maxReportedUploads)
  return { counts, first, preconditions: [...new Set([...one.preconditions, ...other.preconditions])] }
}

/** One rule and its result; a violated rule has the severity of its worst finding. */
export interface ReportRow extends Pick<Rule, 'severity' | 'title' | 'clause'> {
  readonly rule: Standard
  readonly code: FindingCode
  /** `not-exercised`: none of the rule's preconditions held. */
  readonly result: 'met' | 'violated' | 'not-exercised'
  readonly count: number
  /** Ids of the first uploads that violate it. */
  readonly uploads: readonly string[]
}

/** The codes of one upload's findings, each once with its worst severity. */
export function codesWithSeverityOf(findings: readonly Finding[]): readonly CodeWithSeverity[] {
  if (findings.length === 0) return []
  const worst = new Map<FindingCode, Severity>()
  for (const { code, severity } of findings) {
    const known = worst.get(code)
    if (!known || severities.indexOf(severity) < severities.indexOf(known)) worst.set(code, severity)
  }
  return [...worst].map(([code, severity]) => `${code} ${severity}` as const)
}

/** One row for each rule. */
export function reportOf(found: FindingCounts): readonly ReportRow[] {
  const exercised = new Set(found.preconditions)
  return findingCodes.map((code) => rowOf(code, rules[code], found, exercised))
}

function rowOf(
  code: FindingCode,
  { severity, standard, title, clause, exercisedBy }: Rule,
  { counts, first }: FindingCounts,
  exercised: ReadonlySet<Precondition>,
): ReportRow {
  const countOf = (found: Severity) => counts[`${code} ${found}`] ?? 0
  const count = severities.reduce((sum, found) => sum + countOf(found), 0)
  const worst = severities.find((found) => countOf(found) > 0) ?? severity
  const uploads = (first[code] ?? []).slice(0, maxReportedUploads)
  const isExercised = exercisedBy.some((precondition) => exercised.has(precondition))
  const result = count > 0 ? 'violated' : isExercised ? 'met' : 'not-exercised'
  return { code, severity: worst, rule: standard, title, clause, result, count, uploads }
}

export const maxReportedUploads = 5

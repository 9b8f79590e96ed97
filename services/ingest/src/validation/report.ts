import type { Finding } from './finding.ts'
import type { Precondition } from './preconditions.ts'
import { type FindingCode, findingCodes, type Rule, rules, type Severity } from './rules.ts'

/** A code and what it weighed, which may be less or more than the catalogue says. */
export type Weighed = `${FindingCode} ${Severity}`

export const codeOf = (weighed: Weighed): FindingCode => weighed.slice(0, weighed.indexOf(' ')) as FindingCode

/** What has been counted of one session. */
export interface Tally {
  /** Uploads with a finding of this code that weighed this much. */
  readonly counts: Readonly<Partial<Record<Weighed, number>>>
  /** Ids of the first of them; a few are enough. */
  readonly first: Readonly<Partial<Record<FindingCode, readonly string[]>>>
  readonly preconditions: readonly Precondition[]
}

/** One rule and how a device did; violated, it has the weight of the worst finding. */
export interface ReportRow extends Pick<Rule, 'severity' | 'rule' | 'title' | 'clause'> {
  readonly code: FindingCode
  /** `not-exercised`: nothing happened that could have violated it. */
  readonly result: 'met' | 'violated' | 'not-exercised'
  readonly count: number
  /** Ids of the first uploads that violate it. */
  readonly uploads: readonly string[]
}

/** The codes of one upload's findings, each once and as bad as it was found. */
export function weighedOf(findings: readonly Finding[]): readonly Weighed[] {
  const worst = new Map<FindingCode, Severity>()
  for (const { code, severity } of findings) {
    const known = worst.get(code)
    if (!known || severities.indexOf(severity) < severities.indexOf(known)) worst.set(code, severity)
  }
  return [...worst].map(([code, severity]) => `${code} ${severity}` as const)
}

/** The worst first. */
const severities: readonly Severity[] = ['error', 'warning', 'note']

/** How the rules fared in one session, or in all sessions of a stream together. */
export function reportOf(tallies: readonly Tally[]): readonly ReportRow[] {
  const exercised = new Set(tallies.flatMap(({ preconditions }) => preconditions))
  return findingCodes.map((code) => rowOf(code, rules[code], tallies, exercised))
}

function rowOf(
  code: FindingCode,
  { severity, rule, title, clause, exercisedBy }: Rule,
  tallies: readonly Tally[],
  exercised: ReadonlySet<Precondition>,
): ReportRow {
  const countOf = (weight: Severity) =>
    tallies.reduce((sum, { counts }) => sum + (counts[`${code} ${weight}`] ?? 0), 0)
  const count = severities.reduce((sum, weight) => sum + countOf(weight), 0)
  const worst = severities.find((weight) => countOf(weight) > 0) ?? severity
  const uploads = tallies.flatMap(({ first }) => first[code] ?? []).slice(0, maxReportedUploads)
  const isExercised = exercisedBy.some((precondition) => exercised.has(precondition))
  const result = count > 0 ? 'violated' : isExercised ? 'met' : 'not-exercised'
  return { code, severity: worst, rule, title, clause, result, count, uploads }
}

export const maxReportedUploads = 5

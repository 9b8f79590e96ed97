import { catalogue, type Entry, type FindingCode, findingCodes } from './catalogue.ts'
import type { Situation } from './situation.ts'

/** What has been counted of one session. */
export interface Tally {
  /** Uploads with a finding of this code. */
  readonly counts: Readonly<Partial<Record<FindingCode, number>>>
  /** Ids of the first of them; a few are enough. */
  readonly first: Readonly<Partial<Record<FindingCode, readonly string[]>>>
  readonly situations: readonly Situation[]
}

/** One rule and how a device did. */
export interface ReportRow extends Pick<Entry, 'severity' | 'rule' | 'title' | 'clause'> {
  readonly code: FindingCode
  /** `not-exercised`: nothing happened that could have violated it. */
  readonly result: 'met' | 'violated' | 'not-exercised'
  readonly count: number
  /** Ids of the first uploads that violate it. */
  readonly uploads: readonly string[]
}

/** How the rules fared in one session, or in all sessions of a stream together. */
export function reportOf(tallies: readonly Tally[]): readonly ReportRow[] {
  const exercised = new Set(tallies.flatMap(({ situations }) => situations))
  return findingCodes.map((code) => rowOf(code, catalogue[code], tallies, exercised))
}

function rowOf(
  code: FindingCode,
  { severity, rule, title, clause, when }: Entry,
  tallies: readonly Tally[],
  exercised: ReadonlySet<Situation>,
): ReportRow {
  const count = tallies.reduce((sum, { counts }) => sum + (counts[code] ?? 0), 0)
  const uploads = tallies.flatMap(({ first }) => first[code] ?? []).slice(0, mostUploads)
  const isExercised = when.some((situation) => exercised.has(situation))
  const result = count > 0 ? 'violated' : isExercised ? 'met' : 'not-exercised'
  return { code, severity, rule, title, clause, result, count, uploads }
}

export const mostUploads = 5

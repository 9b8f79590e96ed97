import type { ComparisonRow, ComparisonVerdict } from '../api/evidence/compare.ts'
import { compareShares } from './compare-share.ts'

/** One rule in a report. */
export interface RuleResult {
  readonly code: string
  readonly severity: 'error' | 'warning' | 'note'
  readonly result: 'met' | 'violated' | 'not-exercised'
  /** Number of uploads that violate the rule. */
  readonly count: number
}

/** Number of uploads of each recording; null when it is not known. */
interface UploadTotals {
  readonly a: number | null
  readonly b: number | null
}

const severities = ['error', 'warning', 'note'] as const

/** A row for each rule of either report. A rule that is missing in one report counts as not exercised there. */
export function compareRules(
  a: readonly RuleResult[],
  b: readonly RuleResult[],
  uploads: UploadTotals,
): readonly ComparisonRow[] {
  const [inA, inB] = [byCode(a), byCode(b)]
  return [...new Set([...inA.keys(), ...inB.keys()])].map((code) => {
    const [one, other] = [inA.get(code) ?? notExercised(inB, code), inB.get(code) ?? notExercised(inA, code)]
    return {
      about: 'rule',
      name: code,
      track: null,
      severity: worseOf(one, other),
      a: shownResult(one),
      b: shownResult(other),
      unit: 'uploads',
      tolerance: null,
      verdict: verdictOn(one, other, uploads),
    }
  })
}

const byCode = (rules: readonly RuleResult[]) => new Map(rules.map((rule) => [rule.code, rule]))

const notExercised = (other: ReadonlyMap<string, RuleResult>, code: string): RuleResult => ({
  code,
  result: 'not-exercised',
  count: 0,
  severity: other.get(code)?.severity ?? 'note',
})

const shownResult = ({ result, count }: RuleResult): string | number =>
  result === 'violated' ? count : result

function worseOf(one: RuleResult, other: RuleResult): RuleResult['severity'] {
  const violated = [one, other].filter(({ result }) => result === 'violated')
  const among = violated.length > 0 ? violated : [one, other]
  return severities.find((severity) => among.some((rule) => rule.severity === severity)) ?? 'note'
}

/**
 * A violated rule that is met in `b` is better; one that is not exercised in `b` is only different, as that proves
 * nothing. A change of a note is a difference, because notes are no faults.
 */
function verdictOn(a: RuleResult, b: RuleResult, uploads: UploadTotals): ComparisonVerdict {
  if (a.result !== 'violated' && b.result !== 'violated') return a.result === b.result ? 'equal' : 'different'
  const verdict = verdictOnViolations(a, b, uploads)
  return worseOf(a, b) === 'note' && verdict !== 'equal' ? 'different' : verdict
}

function verdictOnViolations(a: RuleResult, b: RuleResult, uploads: UploadTotals): ComparisonVerdict {
  if (a.result !== 'violated') return 'worse'
  if (b.result === 'not-exercised') return 'different'
  if (b.result === 'met') return 'better'
  const graver = severities.indexOf(a.severity) - severities.indexOf(b.severity)
  if (graver !== 0) return graver > 0 ? 'worse' : 'better'
  return compareShares({ count: a.count, of: uploads.a }, { count: b.count, of: uploads.b })
}

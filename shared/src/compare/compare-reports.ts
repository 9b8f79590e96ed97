import type { Comparison, ComparisonRow, ComparisonVerdict, ReportMetrics } from '../api/evidence/compare.ts'
import { compareMetrics } from './compare-metrics.ts'
import { compareRules, type RuleResult } from './compare-rules.ts'

/** A report of `GET /streams/{id}/report?metrics=true`. Without metrics only its rules are compared. */
export interface ComparedReport {
  readonly stream_id: number
  readonly session: string | null
  readonly rules: readonly RuleResult[]
  readonly metrics?: ReportMetrics | undefined
}

/** Compares report `b` with report `a`, rule by rule and metric by metric. */
export function compareReports(a: ComparedReport, b: ComparedReport): Comparison {
  const uploads = { a: a.metrics?.uploads ?? null, b: b.metrics?.uploads ?? null }
  const rows: ComparisonRow[] = [
    ...compareRules(a.rules, b.rules, uploads),
    ...(a.metrics && b.metrics ? compareMetrics(a.metrics, b.metrics) : []),
  ]
  const counts = { better: 0, worse: 0, equal: 0, different: 0 }
  for (const { verdict } of rows) counts[verdict]++
  return {
    a: { stream_id: a.stream_id, session: a.session, uploads: uploads.a },
    b: { stream_id: b.stream_id, session: b.session, uploads: uploads.b },
    verdict: worstFirst.find((verdict) => counts[verdict] > 0) ?? 'equal',
    counts,
    rows,
  }
}

const worstFirst: readonly ComparisonVerdict[] = ['worse', 'better', 'different']

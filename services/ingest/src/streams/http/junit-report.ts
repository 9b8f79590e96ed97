import type { FaultReactionResponse } from '@pushav/shared/api/lab/faults.ts'
import { element, tagsOf, text } from '@pushav/shared/lib/xml-element.ts'
import type { ReportRow } from '../../validation/report.ts'
import type { EachReport, ExplainedRow, SessionReport } from '../session-report.ts'

/**
 * A report in JUnit's XML, suite by suite: a suite for each session, a case for each rule. Only violated errors are
 * failures. The counts at the beginning are read before the suites, which may know more. Hits of faults are a suite of
 * their own, with a failure for each object that the camera lost.
 */
export async function* junitPieces(
  stream: string,
  { rows, reports }: EachReport,
  reactions: readonly FaultReactionResponse[] = [],
): AsyncGenerator<string> {
  let counts = faultCountsOf(reactions)
  for await (const rules of rows()) counts = sumOf(counts, countsOf(rules))
  const [start, end] = tagsOf('testsuites', { name: `stream ${stream}`, ...counts })
  yield `<?xml version="1.0" encoding="UTF-8"?>\n${start}\n`
  for await (const report of reports()) yield suiteOf(stream, report)
  if (reactions.length > 0) yield faultSuiteOf(stream, reactions)
  yield `${end}\n`
}

type Counts = ReturnType<typeof countsOf>

const sumOf = (a: Counts, b: Counts): Counts => ({
  ...a,
  tests: a.tests + b.tests,
  failures: a.failures + b.failures,
  skipped: a.skipped + b.skipped,
})

function suiteOf(stream: string, { session, rules }: SessionReport): string {
  const name = `stream ${stream}, ${session === null ? 'outside sessions' : `session ${session}`}`
  return element('testsuite', { name, ...countsOf(rules) }, rules.map(caseOf))
}

function countsOf(rules: readonly ReportRow[]) {
  const skipped = rules.filter(({ result }) => result === 'not-exercised').length
  return { tests: rules.length, failures: rules.filter(isFailed).length, errors: 0, skipped, time: 0 }
}

function faultSuiteOf(stream: string, reactions: readonly FaultReactionResponse[]): string {
  const suite = { name: `stream ${stream}, faults on purpose`, ...faultCountsOf(reactions) }
  return element('testsuite', suite, reactions.map(faultCaseOf))
}

function faultCountsOf(reactions: readonly FaultReactionResponse[]): Counts {
  const failures = reactions.filter(({ data_lost }) => data_lost === true).length
  const skipped = reactions.filter(({ data_lost }) => data_lost === null).length
  return { tests: reactions.length, failures, errors: 0, skipped, time: 0 }
}

function faultCaseOf({ path, does, says, data_lost, reaction }: FaultReactionResponse): string {
  const outcome =
    data_lost === null
      ? element('skipped', { message: says })
      : data_lost
        ? element('failure', { message: says, type: reaction }, [text(says)])
        : element('system-out', {}, [text(says)])
  return element('testcase', { name: `${path}: the server ${does}`, classname: 'faults', time: 0 }, [outcome])
}

function caseOf(row: ExplainedRow): string {
  return element('testcase', { name: row.code, classname: row.rule, time: 0 }, outcomeOf(row))
}

function outcomeOf(row: ExplainedRow): readonly string[] {
  const { result, severity, title } = row
  if (result === 'met') return []
  if (result === 'not-exercised')
    return [element('skipped', { message: 'nothing put this rule to the test' })]
  if (isFailed(row))
    return [element('failure', { message: title, type: severity }, [text(failureTextOf(row))])]
  return [element('system-out', {}, [text(`${severity}: ${failureTextOf(row)}`)])]
}

const isFailed = ({ result, severity }: ReportRow) => result === 'violated' && severity === 'error'

function failureTextOf({ title, clause, count, examples }: ExplainedRow): string {
  const lines = examples.map(({ upload, path, message }) => `${path} (upload ${upload}): ${message}`)
  const more = count > lines.length ? [`and ${count - lines.length} more`] : []
  return [`${title} (${clause}); violated by ${count} of the uploads`, ...lines, ...more].join('\n')
}

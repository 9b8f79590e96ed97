import type { ReportRow } from '../../validation/report.ts'
import type { ExplainedRow, SessionReport, SessionReports } from '../session-report.ts'

/**
 * A report as CI servers read it, suite by suite: a suite for each session, a case for each rule. Only violated errors
 * fail. The sums at the beginning are read first; what changes meanwhile may be in the suites and not in the sums.
 */
export async function* junitPieces(
  stream: string,
  { rows, reports }: SessionReports,
): AsyncGenerator<string> {
  let sums = sumsOf([])
  for await (const rules of rows()) sums = added(sums, sumsOf(rules))
  const [start, end] = tagsOf('testsuites', { name: `stream ${stream}`, ...sums })
  yield `<?xml version="1.0" encoding="UTF-8"?>\n${start}\n`
  for await (const report of reports()) yield suiteOf(stream, report)
  yield `${end}\n`
}

const added = (a: Sums, b: Sums): Sums => ({
  tests: a.tests + b.tests,
  failures: a.failures + b.failures,
  errors: 0,
  skipped: a.skipped + b.skipped,
  time: 0,
})

function suiteOf(stream: string, { session, rules }: SessionReport): string {
  const name = `stream ${stream}, ${session === null ? 'outside sessions' : `session ${session}`}`
  return element('testsuite', { name, ...sumsOf(rules) }, rules.map(caseOf))
}

type Sums = ReturnType<typeof sumsOf>

function sumsOf(rules: readonly ReportRow[]) {
  const skipped = rules.filter(({ result }) => result === 'not-exercised').length
  return { tests: rules.length, failures: rules.filter(isFailed).length, errors: 0, skipped, time: 0 }
}

function caseOf(row: ExplainedRow): string {
  return element('testcase', { name: row.code, classname: row.rule, time: 0 }, outcomeOf(row))
}

function outcomeOf(row: ExplainedRow): readonly string[] {
  const { result, severity, title } = row
  if (result === 'met') return []
  if (result === 'not-exercised')
    return [element('skipped', { message: 'nothing put this rule to the test' })]
  if (isFailed(row)) return [element('failure', { message: title, type: severity }, [text(wordsOf(row))])]
  return [element('system-out', {}, [text(`${severity}: ${wordsOf(row)}`)])]
}

const isFailed = ({ result, severity }: ReportRow) => result === 'violated' && severity === 'error'

function wordsOf({ title, clause, count, examples }: ExplainedRow): string {
  const told = examples.map(({ upload, path, message }) => `${path} (upload ${upload}): ${message}`)
  const more = count > told.length ? [`and ${count - told.length} more`] : []
  return [`${title} (${clause}); violated by ${count} of the uploads`, ...told, ...more].join('\n')
}

// By hand, as what must be right here is exactly what XML libraries leave to their callers: which characters may occur.
function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  children: readonly string[] = [],
): string {
  const [start, end] = tagsOf(name, attributes)
  if (children.length === 0) return `${start.slice(0, -1)}/>\n`
  const isText = !children[0]?.startsWith('<')
  return `${start}${isText ? '' : '\n'}${children.join('')}${end}\n`
}

function tagsOf(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
): [start: string, end: string] {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${text(String(value))}"`)
  return [`<${name}${written.join('')}>`, `</${name}>`]
}

/** Any text as XML; characters that XML cannot have are spelled out. */
const text = (raw: string): string =>
  raw
    .replaceAll(notXml, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replaceAll(/[&<>"\r]/g, (character) => `&#${character.charCodeAt(0)};`)

const notXml = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu

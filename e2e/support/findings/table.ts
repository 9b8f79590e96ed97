import { findingCodes, type Rule, rules } from '../../../services/ingest/src/validation/rules.ts'
import { scenarios } from './scenarios.ts'

const introduction = `# Findings

Everything that this server can notice about an upload. An upload is kept whatever is found. An error puts it
into \`error_uploads\`, and a strict stream answers 400 to it; warnings and notes do neither.

\`GET /streams/{id}/report\` has one row for each code: *violated* with the uploads that show it, *met* when one of
the situations in "put to the test by" came and nothing was found, else *not-exercised*. A few findings weigh less
or more by circumstance than is said here; the answer to the upload and the report say so.

The last columns say what request to a stream of what interface shows the finding. Each is a test in \`e2e/findings.test.ts\`, titled
\`<code>: <request>\`, that sends it over TLS to the whole server.

This file is made from \`services/ingest/src/validation/rules/\` and \`e2e/support/findings\` by
\`npm run docs:findings\`.
`

/** The documentation of all findings in Markdown. */
export function findingsTable(): string {
  const head = [
    'finding',
    'severity',
    'rule',
    'expected',
    'written in',
    'put to the test by',
    'stream',
    'shown by',
  ]
  const rows = findingCodes.map((code) => {
    const { severity, standard, title, clause, exercisedBy }: Rule = rules[code]
    const { interface: ingest, what } = scenarios[code]
    return [`\`${code}\``, severity, standard, title, clause, exercisedBy.join(', '), ingest, what]
  })
  const lines = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(escaped).join(' | ')} |`)
  return `${introduction}\n${lines.join('\n')}\n`
}

const escaped = (cell: string): string => cell.replaceAll('|', '\\|')

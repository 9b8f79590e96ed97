import { parseArgs } from 'node:util'

/** Options of a verification; paths are as the user wrote them. */
export interface VerifyOptions {
  readonly report: string
  readonly zip: string
  /** A working directory, or a backup of one, whose journals are checked as well; null for none. */
  readonly journals: string | null
}

/** The text of `--help`. */
export const help = `Usage: npm run verify-report -- REPORT EXPORT [--journals DIR]

Checks a report that was filed against the export of its session: every byte and every recorded fact of every upload.
Exit code: 0 the report is on this export, 1 something is changed, 2 they could not be checked.

  REPORT          report.json of an export, or of GET /streams/{id}/report?session=…&evidence=true
  EXPORT          the zip of /export/{id}/{session}.zip
  --journals DIR  a working directory or a backup of one: its journals have to begin with those of the report
`

/** Reads the arguments. Throws an error whose message says in one sentence what is wrong. */
export function readVerifyOptions(argv: readonly string[]): VerifyOptions {
  const { values, positionals } = parseArgs({
    args: [...argv],
    options: { journals: { type: 'string' } },
    strict: true,
    allowPositionals: true,
  })
  const [report, zip, ...others] = positionals
  if (!report || !zip || others.length > 0) throw new Error('name a report and an export')
  return { report, zip, journals: values.journals ?? null }
}

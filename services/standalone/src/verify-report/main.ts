import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { printable } from '@pushav/shared/lib/printable.ts'
import { openZip } from '@pushav/shared/recording/zip-reader.ts'
import { type PathOf, runCommand } from '../command-line/run-command.ts'
import { parseReport, verifyExport } from './verify-export.ts'
import { verifyJournals } from './verify-journals.ts'
import { help, readVerifyOptions } from './verify-options.ts'

const exitCodes = { same: 0, changed: 1 } as const

await runCommand({ name: 'verify-report', help, run })

async function run(argv: readonly string[], pathOf: PathOf): Promise<number> {
  const options = readVerifyOptions(argv)
  const bytes = await readFile(pathOf(options.report))
  const report = parseReport(options.report, bytes.toString())
  await using zip = await openZip(pathOf(options.zip))
  const differences = [
    ...(await verifyExport(report, zip)),
    ...(options.journals === null ? [] : await verifyJournals(report, pathOf(options.journals))),
  ]
  const { uploads, journals } = report.evidence
  const ofJournals = `, ${journals.length} ${journals.length === 1 ? 'journal' : 'journals'}`
  const verified = `${uploads} uploads${options.journals === null ? '' : ofJournals}`
  const lines =
    differences.length > 0
      ? [`${options.report} is not on ${options.zip}:`, ...differences.map((sentence) => `  ${sentence}`)]
      : [
          `${options.report} is on ${options.zip}: ${verified}`,
          `SHA-256 of the report: ${createHash('sha256').update(bytes).digest('hex')}`,
        ]
  process.stdout.write(`${lines.map(printable).join('\n')}\n`)
  return differences.length > 0 ? exitCodes.changed : exitCodes.same
}

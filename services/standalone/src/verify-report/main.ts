import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { printable } from '@pushav/shared/lib/printable.ts'
import { openZip } from '@pushav/shared/recording/zip-reader.ts'
import { invocationDirectory } from '@pushav/shared/settings.ts'
import { printFailure } from '../output/print-failure.ts'
import { parseReport, verifyExport } from './verify-export.ts'
import { verifyJournals } from './verify-journals.ts'
import { help, readVerifyOptions } from './verify-options.ts'

const exitCodes = { same: 0, changed: 1, unusable: 2 } as const

const directory = invocationDirectory(process.env, ['verify-report'])
const argv = process.argv.slice(2)
if (argv.includes('--help')) process.stdout.write(help)
else process.exitCode = await run().catch(failureCode)

async function run(): Promise<number> {
  const options = readVerifyOptions(argv)
  const filed = await readFile(resolve(directory, options.report))
  const report = parseReport(options.report, filed.toString())
  await using zip = await openZip(resolve(directory, options.zip))
  const wrong = [
    ...(await verifyExport(report, zip)),
    ...(options.journals === null ? [] : await verifyJournals(report, resolve(directory, options.journals))),
  ]
  const { uploads, journals } = report.evidence
  const lines =
    wrong.length > 0
      ? [`${options.report} is not on ${options.zip}:`, ...wrong.map((sentence) => `  ${sentence}`)]
      : [
          `${options.report} is on ${options.zip}: ${uploads} uploads${options.journals === null ? '' : `, ${journals.length} journals`}`,
          `SHA-256 of the report: ${createHash('sha256').update(filed).digest('hex')}`,
        ]
  process.stdout.write(`${lines.map(printable).join('\n')}\n`)
  return wrong.length > 0 ? exitCodes.changed : exitCodes.same
}

function failureCode(error: unknown): number {
  printFailure('verify-report', error)
  return exitCodes.unusable
}

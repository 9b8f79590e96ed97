import { resolve } from 'node:path'
import { compareReports } from '@pushav/shared/compare/compare-reports.ts'
import { invocationDirectory } from '@pushav/shared/settings.ts'
import { openServerClient } from '../check-camera/server-client.ts'
import { printFailure } from '../output/print-failure.ts'
import { help, readCompareOptions } from './compare-options.ts'
import { comparisonLines } from './comparison-lines.ts'
import { loadReport } from './load-report.ts'

const exitCodes = { equal: 0, better: 0, different: 0, worse: 1 } as const
const unusable = 2

const directory = invocationDirectory(process.env, ['compare'])
const argv = process.argv.slice(2)
if (argv.includes('--help')) process.stdout.write(help)
else process.exitCode = await run().catch(failureCode)

async function run(): Promise<number> {
  const options = readCompareOptions(argv)
  const { url } = options
  const client = url && (await openServerClient(url, options, pathOf))
  const a = await loadReport(options.a, client, pathOf)
  const b = await loadReport(options.b, client, pathOf)
  const comparison = compareReports(a, b)
  const lines = options.isJson
    ? [JSON.stringify(comparison, null, 2)]
    : comparisonLines(comparison, options.showsAll)
  process.stdout.write(`${lines.join('\n')}\n`)
  return exitCodes[comparison.verdict]
}

function failureCode(error: unknown): number {
  printFailure('compare', error)
  return unusable
}

function pathOf(file: string): string {
  return resolve(directory, file)
}

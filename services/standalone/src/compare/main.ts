import { compareReports } from '@pushav/shared/compare/compare-reports.ts'
import { type PathOf, runCommand } from '../command-line/run-command.ts'
import { openServerClient } from '../command-line/server-client.ts'
import { help, readCompareOptions } from './compare-options.ts'
import { comparisonLines } from './comparison-lines.ts'
import { loadReport } from './load-report.ts'

const exitCodes = { equal: 0, better: 0, different: 0, worse: 1 } as const

await runCommand({ name: 'compare', help, run })

async function run(argv: readonly string[], pathOf: PathOf): Promise<number> {
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

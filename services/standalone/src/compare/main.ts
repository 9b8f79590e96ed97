import { readFile } from 'node:fs/promises'
import { Agent } from 'node:https'
import { resolve } from 'node:path'
import { compareReports } from '@pushav/shared/compare/compare-reports.ts'
import { printable } from '@pushav/shared/lib/printable.ts'
import { createServerClient, type ServerClient } from '../check-camera/server-client.ts'
import { type CompareOptions, help, readCompareOptions } from './compare-options.ts'
import { comparisonLines } from './comparison-lines.ts'
import { loadReport } from './load-report.ts'

const exitCodes = { equal: 0, better: 0, different: 0, worse: 1 } as const
const unusable = 2

// npm runs scripts in the repository's root; paths are meant from where the user is.
const { INIT_CWD, npm_lifecycle_event: script } = process.env
const directory = (script === 'compare' ? INIT_CWD : undefined) ?? process.cwd()
const argv = process.argv.slice(2)
if (argv.includes('--help')) process.stdout.write(help)
else process.exitCode = await run().catch(failureCode)

async function run(): Promise<number> {
  const options = readCompareOptions(argv)
  const client = await clientOf(options)
  const a = await loadReport(options.a, client, pathOf)
  const b = await loadReport(options.b, client, pathOf)
  const comparison = compareReports(a, b)
  const lines = options.isJson
    ? [JSON.stringify(comparison, null, 2)]
    : comparisonLines(comparison, options.showsAll)
  process.stdout.write(`${lines.join('\n')}\n`)
  return exitCodes[comparison.verdict]
}

async function clientOf({ url, ...files }: CompareOptions): Promise<ServerClient | null> {
  if (url === null) return null
  const [ca, cert, key] = await Promise.all(
    [files.cacert, files.cert, files.key].map((file) => file && readFile(pathOf(file), 'utf8')),
  )
  const agent = new Agent({ keepAlive: false, ...(ca && { ca }), ...(cert && key && { cert, key }) })
  return createServerClient(url, agent)
}

function failureCode(error: unknown): number {
  const [sentence = ''] = String(error instanceof Error ? error.message : error).split('\n')
  process.stderr.write(`compare: ${printable(sentence)}\n`)
  return unusable
}

function pathOf(file: string): string {
  return resolve(directory, file)
}

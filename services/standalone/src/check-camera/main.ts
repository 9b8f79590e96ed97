import { readFile, rm, writeFile } from 'node:fs/promises'
import { printable } from '@pushav/shared/lib/printable.ts'
import { type PathOf, runCommand } from '../command-line/run-command.ts'
import { openServerClient, Unreachable } from '../command-line/server-client.ts'
import { CheckRefusal, type CheckResult, checkCamera } from './check-camera.ts'
import { type CheckOptions, help, readCheckOptions } from './check-options.ts'
import { junitOf } from './junit-verdict.ts'

const exitCodes = { pass: 0, fail: 1, pending: 3 } as const

await runCommand({
  name: 'check-camera',
  help,
  run,
  adviceOn: (error) =>
    error instanceof CheckRefusal || error instanceof Unreachable ? '' : '; --help names all flags',
})

async function run(argv: readonly string[], pathOf: PathOf): Promise<number> {
  const options = readCheckOptions(argv)
  const junit = options.junit === null ? null : pathOf(options.junit)
  const started = performance.now()
  // If this check fails, the file of an earlier one must not be mistaken for its result.
  if (junit !== null) await rm(junit, { force: true })
  const result = await check(options, pathOf)
  print(options, result)
  const seconds = (performance.now() - started) / 1_000
  if (junit !== null) await writeFile(junit, junitOf(options.stream, result, seconds))
  return exitCodes[result.verdict.state]
}

async function check(options: CheckOptions, pathOf: PathOf): Promise<CheckResult> {
  const expected = await readFile(pathOf(options.expect), 'utf8')
  assertJson(options.expect, expected)
  const client = await openServerClient(options.url, options, pathOf)
  return checkCamera(client, options.stream, expected, options.timeoutSeconds * 1_000)
}

function assertJson(file: string, text: string): void {
  try {
    JSON.parse(text)
  } catch (error) {
    throw new CheckRefusal(`${file} is not valid JSON: ${error instanceof Error ? error.message : error}`)
  }
}

function print({ stream, timeoutSeconds }: CheckOptions, { verdict }: CheckResult): void {
  const { state, reasons, more } = verdict
  const outcome = state === 'pending' ? `no verdict within ${timeoutSeconds} s` : state
  const lines = [
    `stream ${stream}: ${outcome}`,
    ...reasons.map(({ about, message, ...reason }) => `  ${reason.state} ${about}: ${message}`),
    ...(more > 0 ? [`  and ${more} more`] : []),
  ]
  process.stdout.write(`${lines.map(printable).join('\n')}\n`)
}

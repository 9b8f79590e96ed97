import { readFile, rm, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { printable } from '@pushav/shared/lib/printable.ts'
import { invocationDirectory } from '@pushav/shared/settings.ts'
import { printFailure } from '../output/print-failure.ts'
import { CheckRefusal, type CheckResult, checkCamera } from './check-camera.ts'
import { type CheckOptions, help, readCheckOptions } from './check-options.ts'
import { junitOf } from './junit-verdict.ts'
import { openServerClient, Unreachable } from './server-client.ts'

const exitCodes = { pass: 0, fail: 1, pending: 3 } as const
const unusable = 2

const directory = invocationDirectory(process.env, ['check-camera'])
const argv = process.argv.slice(2)
if (argv.includes('--help')) process.stdout.write(help)
else process.exitCode = await run().catch(failureCode)

async function run(): Promise<number> {
  const options = readCheckOptions(argv)
  const started = performance.now()
  // The result of an earlier check must not pass for one of this.
  if (options.junit !== null) await rm(pathOf(options.junit), { force: true })
  const result = await check(options)
  print(options, result)
  const seconds = (performance.now() - started) / 1_000
  if (options.junit !== null) await writeFile(pathOf(options.junit), junitOf(options.stream, result, seconds))
  return exitCodes[result.verdict.state]
}

async function check({ url, stream, expect, timeoutSeconds, ...files }: CheckOptions): Promise<CheckResult> {
  const expected = await readFile(pathOf(expect), 'utf8')
  assertJson(expect, expected)
  const client = await openServerClient(url, files, pathOf)
  return checkCamera(client, stream, expected, timeoutSeconds * 1_000)
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

function failureCode(error: unknown): number {
  const isOurs = error instanceof CheckRefusal || error instanceof Unreachable
  printFailure('check-camera', error, isOurs ? '' : '; --help names all flags')
  return unusable
}

function pathOf(file: string): string {
  return resolve(directory, file)
}

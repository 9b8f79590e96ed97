import { readFile, rm, writeFile } from 'node:fs/promises'
import { Agent } from 'node:https'
import { resolve } from 'node:path'
import { printable } from '@pushav/shared/lib/printable.ts'
import { CheckRefusal, type CheckResult, checkCamera } from './check-camera.ts'
import { type CheckOptions, help, readCheckOptions } from './check-options.ts'
import { junitOf } from './junit-verdict.ts'
import { createServerClient, Unreachable } from './server-client.ts'

const exitCodes = { pass: 0, fail: 1, pending: 3 } as const
const unusable = 2

// npm runs scripts in the repository's root; paths are meant from where the user is.
const { INIT_CWD, npm_lifecycle_event: script } = process.env
const directory = (script === 'check-camera' ? INIT_CWD : undefined) ?? process.cwd()
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
  const [ca, cert, key] = await Promise.all([files.cacert, files.cert, files.key].map(readIfNamed))
  const agent = new Agent({ keepAlive: false, ...(ca && { ca }), ...(cert && key && { cert, key }) })
  return checkCamera(createServerClient(url, agent), stream, expected, timeoutSeconds * 1_000)
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
  const advice = isOurs ? '' : '; --help names all flags'
  const [sentence = ''] = String(error instanceof Error ? error.message : error).split('\n')
  process.stderr.write(`check-camera: ${printable(sentence)}${advice}\n`)
  return unusable
}

function readIfNamed(file: string | null): Promise<string> | null {
  return file === null ? null : readFile(pathOf(file), 'utf8')
}

function pathOf(file: string): string {
  return resolve(directory, file)
}

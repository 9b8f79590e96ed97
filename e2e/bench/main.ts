import { existsSync } from 'node:fs'
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { isPinning } from '../load/cpu-pinning.ts'
import { buildGenerator } from '../load/putload.ts'
import { adverseRows } from './adverse/adverse-rows.ts'
import { rowsOf } from './all-rows.ts'
import type { Bench } from './bench.ts'
import { makeCertificates } from './certificates.ts'
import { measureRow, type RowResult } from './measure-row.ts'
import { makeMedia } from './media.ts'
import { help, type Options, readOptions } from './options.ts'
import { json, tables } from './report.ts'
import { hasNginx } from './servers/nginx.ts'

const options = optionsOrExit()
if (options.isHelp) {
  process.stdout.write(help)
  process.exit(0)
}

const interrupted = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, interrupt)
const timeOver = AbortSignal.timeout(options.minutes * 60_000)
process.exit(await bench(AbortSignal.any([interrupted.signal, timeOver])))

async function bench(signal: AbortSignal): Promise<number> {
  await using built = new AsyncDisposableStack()
  const directory = await mkdtemp(join(await roomyDirectory(), 'pushav-bench-'))
  built.defer(() => rm(directory, { recursive: true, force: true, maxRetries: 3 }))
  const generate = await buildGenerator(directory, signal)
  if (typeof generate === 'string') {
    tell(`######## SKIPPED: ${generate} ########`)
    return 0
  }
  tell('making certificates and media')
  const [certificates, media] = await Promise.all([makeCertificates(directory), makeMedia(directory)])
  const { device: identity } = certificates
  const measured = await measureAll({ options, signal, directory, generate, certificates, identity, media })
  return report(measured)
}

async function measureAll(bench: Bench): Promise<RowResult[]> {
  const measured: RowResult[] = []
  if (!isPinning) tell('one core, or no taskset: servers and generator share what there is')
  if (!options.hard && !(await hasNginx()))
    tell('######## SKIPPED: there is no nginx with WebDAV and HTTP/2 to compare with ########')
  for (const row of options.hard ? adverseRows(bench, options.hard) : await rowsOf(bench)) {
    if (bench.signal.aborted) break
    measured.push(await measureRow(row, bench, tell))
  }
  return measured
}

async function report(measured: readonly RowResult[]): Promise<number> {
  process.stdout.write(`\n${tables(measured)}`)
  if (options.json !== null)
    await writeFile(resolve(process.env.INIT_CWD ?? '.', options.json), json(measured))
  if (interrupted.signal.aborted) return 130
  if (timeOver.aborted) tell('the time was over before all was measured')
  return measured.some(({ faults }) => faults.length > 0) ? 1 : 0
}

function interrupt(): void {
  if (interrupted.signal.aborted) process.exit(130)
  tell('ending; once more to end at once')
  interrupted.abort()
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`)
}

/** A directory in memory if there are some GiB for files, so that the bench does not measure the disk. */
async function roomyDirectory(): Promise<string> {
  const memory = '/dev/shm'
  if (!existsSync(memory)) return tmpdir()
  const { bavail, bsize } = await statfs(memory)
  return bavail * bsize > 6 * 2 ** 30 ? memory : tmpdir()
}

function optionsOrExit(): Options {
  try {
    return readOptions(process.argv.slice(2))
  } catch (error) {
    tell(`${error instanceof Error ? error.message : error}; --help names all flags`)
    process.exit(2)
  }
}

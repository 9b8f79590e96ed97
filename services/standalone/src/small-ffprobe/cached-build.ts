import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { tryLock } from '@pushav/shared/lib/file-lock.ts'
import { withSecretsFor } from '../processes/secret-variables.ts'

const execute = promisify(execFile)
const runTimeoutMs = 20_000

/** Makes the program at `target`, with its temporary files in `work`, unless it is stopped or fails. */
type Build = (target: string, work: string) => Promise<'built' | 'stopped' | { readonly failure: string }>

type BuildOutcome =
  | { readonly state: 'built'; readonly program: string }
  | { readonly state: 'failed'; readonly reason: string; readonly marker: string }
  /** It failed before, was stopped now, or another process is at it. */
  | { readonly state: 'skipped' }

/** A folder of one version of a program that is built from source. */
export interface CachedBuild {
  /** The program, if it was built before and runs; null otherwise. */
  find(): Promise<string | null>
  /** Builds it, unless that failed before: then the file `failed` in the folder has to go first. */
  build(build: Build): Promise<BuildOutcome>
}

/** The folder below `cache` for this version of ffprobe, built by this script. */
export async function openCachedBuild(cache: string, version: string, script: string): Promise<CachedBuild> {
  const recipe = createHash('sha256')
    .update(await readFile(script))
    .digest('hex')
    .slice(0, 8)
  const name = `ffprobe-${version}-${process.arch}-${recipe}`.replace(/[^\w.+~:-]/g, '_')
  const folder = join(cache, name)
  const program = join(folder, 'ffprobe')
  const marker = join(folder, 'failed')
  return { find, build }

  async function find(): Promise<string | null> {
    return (await versionOf(program)) === null ? null : program
  }

  async function build(run: Build): Promise<BuildOutcome> {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    using lock = tryLock(join(folder, 'lock'))
    if (!lock || (await exists(marker))) return { state: 'skipped' }
    const target = join(folder, 'ffprobe.new')
    const end = await runIn(join(folder, 'work'), (work) => run(target, work))
    if (end === 'built' && (await versionOf(target)) !== null) {
      await rename(target, program)
      return { state: 'built', program }
    }
    await rm(target, { force: true })
    if (end === 'stopped') return { state: 'skipped' }
    const reason = end === 'built' ? 'what was built does not run' : end.failure
    await writeFile(marker, `${reason}\n`)
    return { state: 'failed', reason, marker }
  }
}

/** A build that was killed leaves its temporary files, so they go before and after each. */
async function runIn<Result>(work: string, task: (work: string) => Promise<Result>): Promise<Result> {
  const clear = () => rm(work, { recursive: true, force: true, maxRetries: 5 })
  await clear()
  await mkdir(work)
  return await task(work).finally(clear)
}

/** What an ffprobe says of its version; null when it does not run. */
export async function versionOf(program: string): Promise<string | null> {
  try {
    const env = withSecretsFor('tool', process.env)
    const { stdout } = await execute(program, ['-version'], { timeout: runTimeoutMs, env })
    return /^ffprobe version (\S+)/.exec(stdout)?.[1] ?? null
  } catch {
    return null
  }
}

const exists = (file: string): Promise<boolean> =>
  readFile(file).then(
    () => true,
    () => false,
  )

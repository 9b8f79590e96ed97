import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { tryLock } from '@pushav/shared/lib/file-lock.ts'
import { withSecretsFor } from '../processes/secret-variables.ts'

const execute = promisify(execFile)
const runTimeoutMs = 20_000

/** Builds the program at `target`, with its temporary files in `work`. */
type Build = (target: string, work: string) => Promise<'built' | 'stopped' | { readonly failure: string }>

type BuildOutcome =
  | { readonly state: 'built'; readonly program: string }
  | { readonly state: 'failed'; readonly reason: string; readonly marker: string }
  /** The build failed before, was stopped, or another process is building. */
  | { readonly state: 'skipped' }

/** A folder with one version of a program that is built from source. */
export interface CachedBuild {
  /** The path of the program if it was built before and runs, else null. */
  find(): Promise<string | null>
  /** Builds the program. Skips the build if an earlier one failed, until the user removes the file `failed`. */
  build(build: Build): Promise<BuildOutcome>
}

/** Opens the folder below `cache` for a version of ffprobe that `script` builds. Another script gets another folder. */
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

/** Runs a task in an empty folder; removes what an earlier, killed task left, and what the task leaves. */
async function runIn<Result>(work: string, task: (work: string) => Promise<Result>): Promise<Result> {
  const clear = () => rm(work, { recursive: true, force: true, maxRetries: 5 })
  await clear()
  await mkdir(work)
  return await task(work).finally(clear)
}

/** The version that an ffprobe prints; null when it does not run. */
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

import { execFile } from 'node:child_process'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Logger } from '@pushav/shared/logger.ts'
import { z } from 'zod'
import { exitWithStdin, repositoryRoot } from '../processes/entry-points.ts'
import { type ProcessSpec, startProcess } from '../supervisor/child-process.ts'
import { openCachedBuild, versionOf } from './cached-build.ts'

const execute = promisify(execFile)
const script = join(repositoryRoot, 'services/probe/build-ffprobe.sh')
/** How many compiled files one progress line stands for. */
const filesPerLine = 100

/** Whether a small ffprobe is built in the background, and whether its source may be downloaded for that. */
export const smallFfprobe = z.enum(['auto', 'download', 'off']).describe('auto, download or off')

interface SmallFfprobeOptions {
  readonly mode: z.output<typeof smallFfprobe>
  /** A folder with the source package of ffmpeg; null to take it from the machine's package sources. */
  readonly source: string | null
  readonly env: NodeJS.ProcessEnv
  readonly livenessFifo: number
  readonly log: Logger
}

/** A static ffprobe that starts many times faster than the distribution's, because it links no library. */
interface SmallFfprobe extends AsyncDisposable {
  /** The program, or null while there is none. */
  current(): string | null
  /** Builds the program at the lowest priority, if it is missing and can be built. Resolves with whether it did. */
  build(): Promise<boolean>
}

const none: SmallFfprobe = {
  current: () => null,
  build: async () => false,
  [Symbol.asyncDispose]: async () => undefined,
}

/**
 * Looks in the cache for a small ffprobe of the same version as the machine's package: after a security update of the
 * package it is built again. Disposal stops a build.
 */
export async function openSmallFfprobe(options: SmallFfprobeOptions): Promise<SmallFfprobe> {
  const { mode, source, env, livenessFifo, log } = options
  // FFPROBE is set by the user, or by install.sh to a program that was built in the checkout.
  if (mode === 'off' || env.FFPROBE || process.platform !== 'linux') return none
  const packaged = await versionOf('ffprobe')
  if (packaged === null) return none
  const cached = await openCachedBuild(cacheOf(env), packaged, script)
  let program = await cached.find()
  const buildEnv = {
    ...env,
    FFPROBE_SOURCE: source ?? (mode === 'download' ? 'download' : 'lists'),
  }
  const closing = new AsyncDisposableStack()
  return { current: () => program, build, [Symbol.asyncDispose]: () => closing.disposeAsync() }

  async function build(): Promise<boolean> {
    try {
      return program === null && (await tryToBuild())
    } catch (error) {
      log.warn({ error }, 'no small ffprobe was built; probes go on with the packaged one')
      return false
    }
  }

  async function tryToBuild(): Promise<boolean> {
    const missing = await missingForBuild()
    if (missing.length > 0) {
      log.info(
        { missing },
        'probes use the packaged ffprobe; a small one, which starts faster, cannot be built',
      )
      return false
    }
    const outcome = await cached.build(compile)
    if (closing.disposed || outcome.state === 'skipped') return false
    if (outcome.state === 'failed') {
      const { reason, marker } = outcome
      log.warn(
        { reason },
        `no small ffprobe was built; probes go on with the packaged one. Remove ${marker} to try again`,
      )
      return false
    }
    program = outcome.program
    log.info({ program }, 'small ffprobe built')
    return true
  }

  async function missingForBuild(): Promise<readonly string[]> {
    const { stdout } = await execute('sh', [script, '--missing'], { env: buildEnv })
    return stdout.split('\n').filter(Boolean)
  }

  async function compile(
    target: string,
    work: string,
  ): Promise<'built' | 'stopped' | { readonly failure: string }> {
    if (closing.disposed) return 'stopped'
    let files = 0
    log.info({ version: packaged }, 'building a small ffprobe in the background')
    const child = startProcess(buildSpec(), {}, (line) => log.info({ files }, line))
    closing.defer(() => child.stop())
    const end = await child.exited
    if (closing.disposed) return 'stopped'
    return end === 'exit code 0' ? 'built' : { failure: [end, ...child.lastLines().slice(-3)].join('; ') }

    function buildSpec(): ProcessSpec {
      return {
        name: 'small-ffprobe',
        command: ['sh', exitWithStdin, 'sh', script, target],
        env: () => ({ ...buildEnv, TMPDIR: work }),
        readyOn: /$^/,
        shows: isProgress,
        stopTimeoutMs: 1_000,
        niceness: 19,
        livenessFifo,
      }
    }

    function isProgress(line: string): boolean {
      if (/^(CC|AS|X86ASM)\s/.test(line)) return ++files % filesPerLine === 0
      return line.startsWith('build-ffprobe:')
    }
  }
}

const cacheOf = (env: NodeJS.ProcessEnv): string =>
  join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'push-av-server')

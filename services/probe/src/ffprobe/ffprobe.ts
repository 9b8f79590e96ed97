import { tmpdir } from 'node:os'
import { UnusableSetting } from '@pushav/shared/settings.ts'
import { argumentsOf, inputOf } from '../domain/invocation.ts'
import type { FfprobeResult } from '../domain/outcome.ts'
import type { Ffprobe, SandboxDir } from '../use-cases/ports.ts'
import { type Confinement, confinements, type FfprobeLimits } from './confinement.ts'
import { findProgram } from './find-program.ts'
import type { RunResult } from './launcher.ts'
import { createLauncherPool, type LauncherPool } from './launcher-pool.ts'

interface ConfinedFfprobe extends Disposable {
  readonly ffprobe: Ffprobe
  /** Name of the confinement, for the log. */
  readonly confinement: string
  readonly isSandboxed: boolean
  /** Why tighter confinements do not work on this machine. */
  readonly complaints: readonly string[]
}

/**
 * Whether ffprobe may run without a sandbox. `required`: never. `preferred`: when no sandbox works. Null, the default:
 * when no sandbox works and this process is not root, because a device that exploits a fault of ffprobe would control
 * the whole machine as root.
 */
export type SandboxPolicy = 'required' | 'preferred' | null

/**
 * Finds ffprobe and the tightest confinement that works on this machine. Throws an `UnusableSetting` when no ffprobe
 * works, or when it works only without the sandbox that `policy` demands.
 */
export async function prepareFfprobe(
  name: string,
  limits: FfprobeLimits,
  policy: SandboxPolicy,
  isRoot = process.getuid?.() === 0,
): Promise<ConfinedFfprobe> {
  const needsSandbox = policy === 'required' || (policy === null && isRoot)
  const program = await findProgram(name, process.env.PATH ?? '')
  if (program === null) throw new UnusableSetting(`FFPROBE: ${name} is not there: ${installation}`)
  const complaints: string[] = []
  for (const confinement of confinements(program, limits, isRoot)) {
    if (needsSandbox && !confinement.isSandbox) throw new UnusableSetting(refusalOf(policy, complaints))
    const pool = createLauncherPool(confinement, limits.niceness)
    const complaint = await complaintOf(confinement, pool)
    if (complaint === null) return confined(confinement, pool)
    pool[Symbol.dispose]()
    complaints.push(`${confinement.name}: ${complaint}`)
  }
  throw new UnusableSetting(`FFPROBE: ${program} does not run (${complaints.at(-1)}): ${installation}`)

  function confined(confinement: Confinement, pool: LauncherPool): ConfinedFfprobe {
    return {
      ffprobe: ffprobeIn(confinement, limits, pool),
      confinement: confinement.name,
      isSandboxed: confinement.isSandbox,
      // The first confinement fits static builds only, so its failure is no reason for a complaint.
      complaints: complaints.slice(1),
      [Symbol.dispose]: () => pool[Symbol.dispose](),
    }
  }
}

const installation = 'install ffmpeg (apt-get install ffmpeg, brew install ffmpeg) or set FFPROBE to its path'

function refusalOf(policy: SandboxPolicy, complaints: readonly string[]): string {
  const why =
    policy === 'required'
      ? 'PROBE_SANDBOX=required'
      : 'root runs it only in one unless PROBE_SANDBOX=preferred'
  const advice = 'install bubblewrap and let it make user namespaces (docs/operations.md, "Confinement")'
  return `ffprobe has no sandbox (${complaints.at(-1)}) and ${why}: ${advice}`
}

const noInput: SandboxDir = { directory: tmpdir(), files: [], [Symbol.dispose]: () => {} }

async function complaintOf(confinement: Confinement, pool: LauncherPool): Promise<string | null> {
  const options = { timeoutMs: 10_000, directory: noInput.directory }
  try {
    const { code, stderr, stopped } = await pool.run(confinement.commandOf(noInput, ['-version']), options)
    return code === 0 && !stopped ? null : stderr.trim() || `ended with ${stopped ?? code}`
  } catch (error) {
    return String(error)
  }
}

/** ffprobe with the rights of one confinement. Throws when ffprobe did not start or another process killed it. */
export function ffprobeIn(
  confinement: Confinement,
  { timeoutMs }: FfprobeLimits,
  pool: LauncherPool,
): Ffprobe {
  return async function ffprobe(sandbox, kind) {
    const command = confinement.commandOf(sandbox, argumentsOf(kind, inputOf(kind)))
    const result = await pool.run(command, { timeoutMs, directory: sandbox.directory })
    const { stdout, stderr } = result
    return { ending: endingOf(result), stdout, stderr }
  }
}

const wrapperError = /^(bwrap|setpriv): |error while loading shared libraries/

/**
 * How a run ended; a code above 128 is 128 + the number of a signal. Throws on an ending that is no fault of the
 * object.
 */
function endingOf({ stopped, code, stderr }: RunResult): FfprobeResult['ending'] {
  if (stopped) return stopped
  if (code === 0) return 'accepted'
  if (code === 128 + 24) return 'timeout'
  if (code === 128 + 9) throw new Error('another process killed ffprobe')
  if (wrapperError.test(stderr) || code === 126 || code === 127)
    throw new Error(`ffprobe did not start: ${stderr.trim()}`)
  return code > 128 ? 'crashed' : 'rejected'
}

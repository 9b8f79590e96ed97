import { dirname } from 'node:path'
import type { SandboxDir } from '../use-cases/ports.ts'

/** Limits of each run of ffprobe. */
export interface FfprobeLimits {
  readonly timeoutMs: number
  readonly memoryBytes: number
  /** Nice value from 0 to 19; with 19 ffprobe gets only processor time that other processes leave. */
  readonly niceness: number
}

/** A way to run ffprobe with fewer rights than this process has. */
export interface Confinement {
  readonly name: string
  /** Whether a run sees no network, no other process and no file but its input. */
  readonly isSandbox: boolean
  /** Command prefix of the launcher: limits that apply to every run. */
  readonly launcherPrefix: readonly string[]
  /** The whole command of one run: what isolates it from all other runs. */
  commandOf(sandbox: SandboxDir, args: readonly string[]): string[]
}

/**
 * All confinements from the tightest to the loosest, which still limits time, memory and output. Only a run shows which
 * of them this machine supports. With `isRoot`, runs without a sandbox give up root's capabilities.
 */
export function confinements(
  ffprobe: string,
  limits: FfprobeLimits,
  isRoot = process.getuid?.() === 0,
): Confinement[] {
  const unsandboxed = (
    name: string,
    launcherPrefix: readonly string[],
    runPrefix: readonly string[] = [],
  ): Confinement => ({
    name,
    isSandbox: false,
    launcherPrefix,
    commandOf: (_sandbox, args) => [...runPrefix, ffprobe, ...args],
  })
  const sandboxed = (name: string, readablePaths: readonly string[]): Confinement => ({
    name,
    isSandbox: true,
    launcherPrefix: [...resourceLimits(limits), ...dieWithParent],
    commandOf: (sandbox, args) => [...bubblewrap(readablePaths, sandbox), ffprobe, ...args],
  })
  return [
    sandboxed('limits and bare sandbox', [ffprobe]),
    sandboxed('limits and sandbox', libraryPaths(ffprobe)),
    unsandboxed(
      'limits, no sandbox',
      [...resourceLimits(limits), ...dieWithParent],
      [...dieWithParent, '--no-new-privs', ...(isRoot ? withoutCapabilities : [])],
    ),
    unsandboxed('limits of the shell, no sandbox', shellLimits(limits)),
  ]
}

const dieWithParent = ['setpriv', '--pdeathsig', 'KILL']
const withoutCapabilities = ['--inh-caps=-all', '--bounding-set=-all']
const maxFileBytes = 4_194_304
const maxOpenFiles = 64

function resourceLimits({ timeoutMs, memoryBytes }: FfprobeLimits): string[] {
  // SIGXCPU at the soft limit distinguishes a busy ffprobe from one that another process killed.
  const seconds = Math.ceil(timeoutMs / 1_000)
  const cpu = `--cpu=${seconds}:${seconds + 1}`
  const files = [`--fsize=${maxFileBytes}`, `--nofile=${maxOpenFiles}`, '--core=0']
  return ['prlimit', `--as=${memoryBytes}`, cpu, ...files, '--']
}

/**
 * The same limits for systems without prlimit (macOS). ulimit counts file sizes in blocks of 512 bytes and memory in
 * KiB; not every system can limit memory.
 */
function shellLimits({ timeoutMs, memoryBytes }: FfprobeLimits): string[] {
  const seconds = Math.ceil(timeoutMs / 1_000)
  const limits = [
    `ulimit -c 0 && ulimit -n ${maxOpenFiles} && ulimit -f ${maxFileBytes / 512}`,
    `ulimit -S -t ${seconds} && ulimit -H -t ${seconds + 1}`,
    `{ ulimit -v ${Math.ceil(memoryBytes / 1_024)} 2>/dev/null || :; }`,
  ]
  return ['/bin/sh', '-c', `${limits.join(' && ')} && exec "$@"`, 'sh']
}

/** Files and folders that a dynamically linked ffprobe reads when it starts. */
function libraryPaths(ffprobe: string): string[] {
  const paths = ['/usr', '/lib', '/lib64', '/bin', '/etc/ld.so.cache', '/etc/alternatives']
  return ffprobe.startsWith('/usr/') ? paths : [...paths, dirname(ffprobe)]
}

/**
 * The command prefix of a sandbox for one run: no network, no other process, no file but ffprobe's own and those of the
 * sandbox directory, and nothing to write to. It has no --new-session, which would take each run out of the launcher's
 * share of the processor (sched_autogroup(7)). A run still has no terminal: the launcher leads a session without one,
 * and only a session leader can open one.
 */
function bubblewrap(readablePaths: readonly string[], { directory, files }: SandboxDir): string[] {
  return [
    ...['bwrap', '--unshare-all', '--die-with-parent', '--clearenv', '--cap-drop', 'ALL'],
    ...readablePaths.flatMap((path) => ['--ro-bind-try', path, path]),
    ...files.flatMap((file) => ['--ro-bind', `${directory}/${file}`, `/input/${file}`]),
    ...['--dir', '/input', '--remount-ro', '/', '--chdir', '/input'],
  ]
}

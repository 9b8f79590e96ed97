import { dirname } from 'node:path'
import type { Room } from '../use-cases/ports.ts'

export interface Bounds {
  readonly timeoutMs: number
  readonly memoryBytes: number
}

/** A way to run ffprobe with less than our own rights. */
export interface Confinement {
  readonly name: string
  /** Comes before the launcher of the runs: what all of them may not do. */
  readonly around: readonly string[]
  /** Comes with each run: what keeps it from every other. */
  wrap(room: Room, args: readonly string[]): string[]
}

/** From the tightest to none at all; which of them a machine can do shows only in trying. */
export function confinements(ffprobe: string, bounds: Bounds): Confinement[] {
  const bare = (name: string, around: readonly string[], each: readonly string[] = []): Confinement => ({
    name,
    around,
    wrap: (_room, args) => [...each, ffprobe, ...args],
  })
  const sandboxed = (name: string, places: readonly string[]): Confinement => ({
    name,
    around: [...limits(bounds), ...bound],
    wrap: (room, args) => [...sandbox(places, room), ffprobe, ...args],
  })
  return [
    sandboxed('limits and bare sandbox', [ffprobe]),
    sandboxed('limits and sandbox', placesOf(ffprobe)),
    bare('limits, no sandbox', [...limits(bounds), ...bound], [...bound, '--no-new-privs']),
    bare('nothing', []),
  ]
}

/** Dies with whoever started it. */
const bound = ['setpriv', '--pdeathsig', 'KILL']

function limits({ timeoutMs, memoryBytes }: Bounds): string[] {
  // SIGXCPU at the soft limit tells a busy ffprobe from one that something else killed.
  const seconds = Math.ceil(timeoutMs / 1_000)
  const cpu = `--cpu=${seconds}:${seconds + 1}`
  return ['prlimit', `--as=${memoryBytes}`, cpu, '--fsize=4194304', '--nofile=64', '--core=0', '--']
}

/** What an ffprobe needs that links to libraries when it starts. */
function placesOf(ffprobe: string): string[] {
  const places = ['/usr', '/lib', '/lib64', '/bin', '/etc/ld.so.cache', '/etc/alternatives']
  return ffprobe.startsWith('/usr/') ? places : [...places, dirname(ffprobe)]
}

/**
 * No network, no other process, no file but ffprobe's own and those of its room; gone after one run. No terminal
 * either, without --new-session, which would take each run out of the launcher's share of the processor: the
 * launcher leads a session that has none, and only who leads one can get one.
 */
function sandbox(places: readonly string[], { directory, files }: Room): string[] {
  return [
    ...['bwrap', '--unshare-all', '--die-with-parent', '--clearenv', '--cap-drop', 'ALL'],
    ...places.flatMap((path) => ['--ro-bind-try', path, path]),
    ...files.flatMap((file) => ['--ro-bind', `${directory}/${file}`, `/room/${file}`]),
    ...['--dir', '/room', '--chdir', '/room'],
  ]
}

import { dirname } from 'node:path'
import type { Room } from '../use-cases/ports.ts'

export interface Bounds {
  readonly timeoutMs: number
  readonly memoryBytes: number
}

/** A way to run ffprobe with less than our own rights. */
export interface Confinement {
  readonly name: string
  wrap(room: Room, args: readonly string[]): string[]
}

/** From the tightest to none at all; which of them a machine can do shows only in trying. */
export function confinements(ffprobe: string, bounds: Bounds): Confinement[] {
  const limited = [...limits(bounds), ...calm]
  const bare = (name: string, before: string[]): Confinement => ({
    name,
    wrap: (_room, args) => [...before, ffprobe, ...args],
  })
  return [
    {
      name: 'limits and sandbox',
      wrap: (room, args) => [...limited, ...sandbox(ffprobe, room), ffprobe, ...args],
    },
    bare('limits, no sandbox', [...limited, ...bound]),
    bare('no sandbox, no limits', calm),
    bare('nothing', []),
  ]
}

const calm = ['nice', '-n', '10']
/** Dies with us, and cannot gain rights. */
const bound = ['setpriv', '--pdeathsig', 'KILL', '--no-new-privs']

function limits({ timeoutMs, memoryBytes }: Bounds): string[] {
  // SIGXCPU at the soft limit tells a busy ffprobe from one that something else killed.
  const seconds = Math.ceil(timeoutMs / 1_000)
  const cpu = `--cpu=${seconds}:${seconds + 1}`
  return ['prlimit', `--as=${memoryBytes}`, cpu, '--fsize=4194304', '--nofile=64', '--core=0', '--']
}

/** No network, no other process, no file but ffprobe's own and those of its room. */
function sandbox(ffprobe: string, { directory, files }: Room): string[] {
  const programs = ['/usr', '/lib', '/lib64', '/bin', '/etc/ld.so.cache', '/etc/alternatives']
  if (!ffprobe.startsWith('/usr/')) programs.push(dirname(ffprobe))
  return [
    ...['bwrap', '--unshare-all', '--die-with-parent', '--new-session', '--clearenv', '--cap-drop', 'ALL'],
    ...programs.flatMap((path) => ['--ro-bind-try', path, path]),
    ...files.flatMap((file) => ['--ro-bind', `${directory}/${file}`, `/room/${file}`]),
    ...['--dir', '/room', '--chdir', '/room'],
  ]
}

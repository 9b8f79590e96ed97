import { join } from 'node:path'
import type { RunDirectories } from '../run-directories/run-directories.ts'
import type { ProcessSpec } from '../supervisor/child-process.ts'
import { exitWithStdin } from './entry-points.ts'
import { withSecretsFor } from './secret-variables.ts'

/** The private Redis. It may write to the disk a second late, because its data can be rebuilt from the journals. */
export function redisProcess({ workingDirectory, sockets, livenessFifo }: RunDirectories): ProcessSpec {
  const settings = {
    '--port': '0',
    '--unixsocket': join(sockets, 'redis.sock'),
    '--unixsocketperm': '700',
    '--dir': join(workingDirectory, 'redis'),
    '--appendonly': 'yes',
    '--appendfsync': 'everysec',
    '--save': '',
    '--maxmemory-policy': 'noeviction',
    '--daemonize': 'no',
  }
  return {
    name: 'redis',
    command: ['sh', exitWithStdin, 'redis-server', ...Object.entries(settings).flat()],
    env: () => withSecretsFor('tool', process.env),
    readyOn: /ready to accept connections/i,
    shows: (line) => / # /.test(line) && !routineLine.test(line),
    stopTimeoutMs: 1_500,
    livenessFifo,
    advice: `If its files are damaged, move ${settings['--dir']} away and start again: the next start rebuilds all of it.`,
  }
}

/** Warnings (`#`) that Redis logs at every start and stop. */
const routineLine =
  /oO0OoO0OoO0Oo|Redis version=|Server initialized|Configuration loaded|User requested shutdown|ready to exit|bye bye|WARNING Memory overcommit/

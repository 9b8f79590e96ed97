import type { Options } from '../options.ts'
import type { RunDirectories } from '../run-directories/run-directories.ts'
import type { ProcessSpec } from '../supervisor/child-process.ts'
import { nodeCommand } from './entry-points.ts'
import { commonEnv } from './process-environment.ts'

/** Rebuilds the index and exits. */
export const reindexProcess = (options: Options, directories: RunDirectories): ProcessSpec =>
  taskProcess('reindex', options, directories)

/** Renews both roots and exits. */
export const renewRootsProcess = (options: Options, directories: RunDirectories): ProcessSpec =>
  taskProcess('renew-roots', options, directories)

const taskProcess = (name: string, options: Options, directories: RunDirectories): ProcessSpec => ({
  name,
  command: nodeCommand('services/ingest', `${name}.ts`),
  env: () => commonEnv(options, directories),
  readyOn: 'message',
  shows: () => true,
  stopTimeoutMs: 1_000,
  livenessFifo: directories.livenessFifo,
})

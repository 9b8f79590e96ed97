import type { ProcessName } from '../../server/processes.ts'

/** The processes of this server that are measured one by one. */
export const measuredProcesses: readonly ProcessName[] = ['proxy', 'ingest', 'probe', 'redis']

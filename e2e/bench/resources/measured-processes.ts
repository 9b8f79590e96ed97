import type { ProcessName } from '../../server/processes.ts'

/** The processes of this server whose time and memory are measured one by one. */
export const measuredProcesses: readonly ProcessName[] = ['proxy', 'ingest', 'probe', 'redis']

import type { PartName } from '../../server/processes.ts'

/** The processes of a server of ours that are looked at one by one. */
export const parts: readonly PartName[] = ['proxy', 'ingest', 'probe', 'redis']

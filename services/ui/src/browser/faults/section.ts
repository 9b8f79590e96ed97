import type { FaultReaction } from '../api/types.ts'
import { reportSection } from '../report/report-section.ts'
import { reactionsTable } from './tables.ts'

/** The section of the report with what the camera did after faults; removed when there were none. */
export const faultsSection = (stream: string, session: string | null, uploads: number): HTMLElement =>
  reportSection<readonly FaultReaction[]>({
    title: 'Faults on purpose',
    stream,
    session,
    uploads,
    part: 'faults',
    draw: (faults) => (faults.length === 0 ? null : reactionsTable(stream, faults)),
  })

import type { Logger } from '@pushav/shared/logger.ts'
import type { IngestMetrics } from '../metrics/ingest-metrics.ts'
import type { ReportRemoval } from './run-retention.ts'

/** Every removal passes here: it is counted and logged as one structured line. */
export function reportRemovalWith(log: Logger, count: IngestMetrics['removed']): ReportRemoval {
  return function reportRemoval({ stream, session, reason }, removed) {
    count(reason, removed)
    log.info({ stream, session, reason, ...removed }, 'retention removed uploads')
  }
}

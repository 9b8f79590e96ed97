import type { Logger } from '@pushav/shared/logger.ts'
import type { UploadsRemoval } from '../uploads/upload.ts'
import type { RemovedAmount } from './remove-session.ts'
import type { ReportRemoval } from './run-retention.ts'

/** Every removal passes here: it is counted and logged as one structured line. */
export function reportRemovalWith(
  log: Logger,
  count: (reason: UploadsRemoval['reason'], removed: RemovedAmount) => void,
): ReportRemoval {
  return function reportRemoval({ stream, session, reason }, removed) {
    count(reason, removed)
    log.info({ stream, session, reason, ...removed }, 'retention removed uploads')
  }
}

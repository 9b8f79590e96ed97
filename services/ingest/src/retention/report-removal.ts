import type { Logger } from '@pushav/shared/logger.ts'
import { serverItself, type WriteAudit } from '../audit/audit.ts'
import type { UploadsRemoval } from '../uploads/upload.ts'
import type { RemovedAmount } from './remove-session.ts'
import type { ReportRemoval } from './run-retention.ts'

/** Every removal passes here: it is counted, logged and audited. */
export function reportRemovalWith(
  log: Logger,
  audit: WriteAudit,
  count: (reason: UploadsRemoval['reason'], removed: RemovedAmount) => void,
): ReportRemoval {
  return function reportRemoval({ stream, session, reason }, removed) {
    count(reason, removed)
    const details = { stream, session, reason, ...removed }
    log.info(details, 'retention removed uploads')
    audit({ ...serverItself, event: 'session-removed', outcome: 'ok', details })
  }
}

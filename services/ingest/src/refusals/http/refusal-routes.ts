import { handshakeRefusedBody, refusalsQuery } from '@pushav/shared/api/devices.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import { json, Router } from 'express'
import type { WriteAudit } from '../../audit/audit.ts'
import type { EventBus } from '../../events/event-bus.ts'
import { assertFromProxy } from '../../http/authenticate.ts'
import { parseBody, parseQuery } from '../../http/parse-request.ts'
import { sendContinue } from '../../uploads/http/request-body.ts'
import { adviceOn, plainReason } from '../advice.ts'
import type { Refusals } from '../refusals.ts'
import { refusalResponse } from './refusal-response.ts'

interface RefusalRoutesDeps {
  readonly refusals: Refusals
  readonly eventBus: Pick<EventBus, 'publish'>
  /** Counts a refusal by its code. */
  readonly count: (code: string) => void
  readonly audit: WriteAudit
  readonly log: Logger
  readonly now: () => Date
}

/** Clients that were refused, with what to do; and the proxy's reports of them. */
export function refusalRoutes({ refusals, eventBus, count, audit, log, now }: RefusalRoutesDeps): Router {
  const router = Router()
  router.get('/refusals', async (request, response) => {
    const { limit } = parseQuery(refusalsQuery, request.query)
    const newest = await refusals.newest(limit)
    response.json({ refusals: newest.map(refusalResponse) })
  })
  router.post('/events/handshake-refused', sendContinue, json(), async (request, response) => {
    assertFromProxy(request)
    const report = parseBody(handshakeRefusedBody, request.body)
    const refused = { ...report, reason: plainReason(report.reason) }
    const { address, code, reason } = refused
    // Not later than the record's own time: subscribers ask for the refusals from the event's time on.
    const at = now().toISOString()
    // Before the event, whose subscribers ask for it.
    count(code)
    const { subject: name = null, fingerprint = null } = refused.certificate ?? {}
    const who = { role: 'anonymous', name, certificate: fingerprint }
    audit({ event: 'handshake-refused', outcome: 'refused', who, address, code })
    const repeated = await refusals.record(refused)
    if (repeated === 1) {
      const details = `${address}: ${reason}. ${adviceOn(refused)}`
      // Expected: each browser ends one handshake before its user accepts the certificate.
      if (code.startsWith('BROWSER_')) log.info(`a browser ended the handshake: ${details}`)
      else log.warn(`a client was refused: ${details}`)
    }
    eventBus.publish({ kind: 'handshake-refused', at, address, code, reason })
    response.status(204).end()
  })
  return router
}

import { recordQuery } from '@pushav/shared/api/evidence/digests.ts'
import { tlsSecretsBody } from '@pushav/shared/api/evidence/keylog.ts'
import { json, type Request, Router } from 'express'
import { createSubscriberLimits } from '../../events/http/subscriber-limits.ts'
import type { WalkLog } from '../../evidence/walk-log.ts'
import { assertFromProxy, peerOf } from '../../http/authenticate.ts'
import { streamText } from '../../http/json-response.ts'
import { parseBody, parseQuery } from '../../http/parse-request.ts'
import { Refusal } from '../../lib/refusal.ts'
import { sendContinue } from '../../uploads/http/request-body.ts'
import type { Keylog } from '../keylog.ts'
import { selectSecrets } from '../select-secrets.ts'

/**
 * The secrets of TLS connections: the proxy's reports of them, and those of a stream's uploads. `keylog` is null
 * where they are not wanted.
 */
export function keylogRoutes(keylog: Keylog | null, walkLog: WalkLog): Router {
  const router = Router()
  const enter = createSubscriberLimits('reads of whole streams')
  router.post('/events/tls-secrets', sendContinue, json(), async (request, response) => {
    assertFromProxy(request)
    const { secrets } = parseBody(tlsSecretsBody, request.body)
    await wanted().append(secrets)
    response.status(204).end()
  })
  router.get('/keylog/:id', async (request: Request<{ id: string }>, response) => {
    const { id } = request.params
    const { session = null } = parseQuery(recordQuery, request.query)
    const keys = wanted()
    using _counted = enter(peerOf(request))
    const uploads = await walkLog(id, session)
    response.attachment(`stream-${id}.keys.log`).set('Cache-Control', 'no-store')
    await streamText(response.type('text/plain'), selectSecrets(keys, uploads))
  })
  return router

  function wanted(): Keylog {
    if (keylog) return keylog
    throw new Refusal('not-found', 'no keys are written; start with --keylog FILE (KEYLOG) to have them')
  }
}

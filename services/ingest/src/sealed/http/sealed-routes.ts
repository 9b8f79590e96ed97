import { type OpenedSessionResponse, sealedBody } from '@pushav/shared/api/sealed.ts'
import { type Request, type Response, Router } from 'express'
import { createSubscriberLimits, wholeSessions } from '../../events/http/subscriber-limits.ts'
import { peerOf } from '../../http/authenticate.ts'
import { clientGone } from '../../http/client-gone.ts'
import { anyJson, parseBody } from '../../http/parse-request.ts'
import { Unavailable } from '../../lib/unavailable.ts'
import { contentKeyOf, keyIdOf } from '../../media/hksv/sealed-object.ts'
import { sendContinue } from '../../uploads/http/request-body.ts'
import type { OpenedSession, OpenSession } from '../open-session.ts'
import type { ProbeMedia, SealedProbe } from '../probe-media.ts'

/** What is in sealed media, for who has its key. The key comes in the body: it is in no URL and in no log. */
export function sealedRoutes(openSession: OpenSession, probeMedia: ProbeMedia, closing: AbortSignal): Router {
  const router = Router()
  const enter = createSubscriberLimits('sealed sessions', wholeSessions)
  router.post('/sealed/:id/:session', sendContinue, anyJson(), async (request: SessionRequest, response) => {
    using _counted = enter(peerOf(request))
    await respond(request, response)
  })
  return router

  async function respond(request: SessionRequest, response: Response): Promise<void> {
    const { id, session } = request.params
    const { camera_key: cameraKey, key_number: keyNumber, probe } = parseBody(sealedBody, request.body)
    const contentKey = contentKeyOf(Buffer.from(cameraKey, 'hex'))
    using gone = clientGone(response, closing)
    const opened = await openSession(id, session, contentKey, gone.signal)
    if (closing.aborted) throw new Unavailable('this server is stopping and', closing.reason)
    if (!opened) return
    const keyId = keyNumber === undefined ? null : keyIdOf(BigInt(keyNumber))
    const probes = probe ? await probeMedia(id, opened.media, contentKey) : null
    response.json({
      ...openedResponse(session, keyId, opened),
      ...(probes && { probes: probes.map(probeResponse) }),
    })
  }
}

type SessionRequest = Request<{ id: string; session: string }>

const probeResponse = ({ upload, path, outcome }: SealedProbe) => ({
  upload,
  path,
  state: outcome.state,
  probe: 'probe' in outcome ? outcome.probe : undefined,
  message: 'message' in outcome ? outcome.message : undefined,
})

function openedResponse(session: string, keyId: string | null, found: OpenedSession): OpenedSessionResponse {
  const { objects, opened, damaged, repeatedIvs, findings } = found
  return {
    session,
    key_id: keyId,
    objects,
    opened,
    verdict: verdictOf(found),
    damaged: damaged.map(({ upload, path }) => ({ upload, path })),
    repeated_ivs: repeatedIvs.map(({ upload, path, iv }) => ({ upload, path, iv })),
    findings: findings.map(({ upload, path, finding }) => ({ upload, path, ...finding })),
  }
}

function verdictOf({ objects, opened }: OpenedSession): OpenedSessionResponse['verdict'] {
  if (objects === 0) return 'nothing sealed'
  if (opened === 0) return 'the key does not fit'
  return opened === objects ? 'opened' : 'some objects are damaged'
}

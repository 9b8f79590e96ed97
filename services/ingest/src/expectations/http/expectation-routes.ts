import { expectations as expectationsBody } from '@pushav/shared/api/expectations.ts'
import { type WaitResponse, waitQuery } from '@pushav/shared/api/state.ts'
import { type Request, type Response, Router } from 'express'
import { createSubscriberLimits } from '../../events/http/subscriber-limits.ts'
import { peerOf } from '../../http/authenticate.ts'
import { clientGone } from '../../http/client-gone.ts'
import { anyJson, parseBody, parseQuery } from '../../http/parse-request.ts'
import { Unavailable } from '../../lib/unavailable.ts'
import { sessionSummaryResponse } from '../../streams/http/session-response.ts'
import { sendContinue } from '../../uploads/http/request-body.ts'
import type { StreamExpectations } from '../judge-expectations.ts'
import type { WaitFor, WaitOutcome } from '../wait-for.ts'
import { expectationsOf, expectationsResponse, verdictResponse } from './expectations-json.ts'

type StreamRequest = Request<{ id: string }>

/** What a stream should show, and waiting for it. Waits end when `closing` is given. */
export function expectationRoutes(
  expectations: StreamExpectations,
  waitFor: WaitFor,
  closing: AbortSignal,
): Router {
  const router = Router()
  const enter = createSubscriberLimits('waits')
  router.put('/expectations/:id', sendContinue, anyJson(), async (request: StreamRequest, response) => {
    const { id } = request.params
    const wanted = expectationsOf(parseBody(expectationsBody, request.body))
    response.json(expectationsResponse(id, await expectations.set(id, wanted)))
  })
  router.get('/expectations/:id', async ({ params: { id } }: StreamRequest, response) => {
    response.json(expectationsResponse(id, await expectations.judge(id)))
  })
  router.get('/wait/:id', async (request: StreamRequest, response) => {
    using _counted = enter(peerOf(request))
    await wait(request, response)
  })
  return router

  async function wait(request: StreamRequest, response: Response): Promise<void> {
    const { id } = request.params
    const { until, timeout } = parseQuery(waitQuery, request.query)
    using gone = clientGone(response, closing)
    const outcome = await waitFor(id, until, timeout * 1_000, gone.signal)
    if (closing.aborted) throw new Unavailable('this server is stopping and', closing.reason)
    if (outcome) response.json(waitResponse(id, until, outcome))
  }
}

function waitResponse(
  id: string,
  until: WaitResponse['until'],
  { upload, session, verdict }: WaitOutcome,
): WaitResponse {
  return {
    stream_id: Number(id),
    until,
    upload: upload && { id: upload.id, path: upload.path, received_at: upload.receivedAt },
    session: session && sessionSummaryResponse(session),
    verdict: verdict && verdictResponse(verdict),
  }
}

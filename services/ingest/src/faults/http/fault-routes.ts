import { faultRuleBody, faultScriptBody } from '@pushav/shared/api/lab/faults.ts'
import { type Request, Router } from 'express'
import { streamJson } from '../../http/json-response.ts'
import { anyJson, parseBody } from '../../http/parse-request.ts'
import { Refusal } from '../../lib/refusal.ts'
import type { StreamReads } from '../../streams/read-streams.ts'
import { sendContinue } from '../../uploads/http/request-body.ts'
import type { ReadReactions } from '../reaction-view.ts'
import { requestsOf } from '../scripts.ts'
import type { Faults } from '../start-faults.ts'
import { reactionResponse, requestOf, ruleResponse, sessionLosses } from './fault-json.ts'

type StreamRequest = Request<{ id: string }>
type RuleRequest = Request<{ id: string; fault: string }>

interface FaultRoutesDeps {
  readonly faults: Faults
  readonly streams: Pick<StreamReads, 'assertExists'>
  readonly readReactions: ReadReactions
  readonly now: () => Date
}

/** Faults on purpose: rules of streams, and what cameras did about them. */
export function faultRoutes({ faults, streams, readReactions, now }: FaultRoutesDeps): Router {
  const router = Router()
  router.post('/faults/:id', sendContinue, anyJson(), async (request: StreamRequest, response) => {
    const { id } = request.params
    await streams.assertExists(id)
    const nowMs = now().getTime()
    const { requests, script } = askedFor(request.body, nowMs)
    const made = await faults.make(id, requests, script)
    const rules = made.map((rule) => ruleResponse({ rule, matched: 0, hits: 0 }, nowMs))
    response.status(201).json({ stream_id: Number(id), faults: rules })
  })
  router.get('/faults/:id', async ({ params: { id } }: StreamRequest, response) => {
    const [view, rules] = await Promise.all([readReactions(id), faults.list(id)])
    const nowMs = now().getTime()
    const reactions = view.reactions(null, nowMs).map(reactionResponse)
    await streamJson(response, {
      stream_id: Number(id),
      faults: rules.map((rule) => ruleResponse(rule, nowMs)),
      reactions,
      sessions: sessionLosses(reactions),
    })
  })
  router.delete('/faults/:id', async ({ params: { id } }: StreamRequest, response) => {
    await streams.assertExists(id)
    response.json({ stream_id: Number(id), removed: await faults.remove(id, null) })
  })
  router.delete('/faults/:id/:fault', async ({ params: { id, fault } }: RuleRequest, response) => {
    await streams.assertExists(id)
    const removed = await faults.remove(id, fault)
    if (removed.length === 0) throw new Refusal('fault-unknown', `stream ${id} has no fault rule ${fault}`)
    response.json({ stream_id: Number(id), removed })
  })
  return router
}

/**
 * A rule, or those of a script. Each has a schema of its own, so that the words of a refusal are about the right one.
 */
function askedFor(body: unknown, nowMs: number) {
  if (typeof body !== 'object' || body === null || !('script' in body))
    return { requests: [requestOf(parseBody(faultRuleBody, body))], script: null }
  const { script } = parseBody(faultScriptBody, body)
  return { requests: requestsOf(script, nowMs), script }
}

import { eventsQuery } from '@pushav/shared/api/state.ts'
import type { Request, Response } from 'express'
import { Router } from 'express'
import { writeAndDrain } from '../../http/json-response.ts'
import { parseQuery } from '../../http/parse-request.ts'
import type { Streams } from '../../streams/streams.ts'
import type { EventBus } from '../event-bus.ts'
import type { SendState } from './send-state.ts'

/** The proxy ends a response that is silent for minutes; some networks do so earlier. */
const heartbeatMs = 15_000

/** Events as server-sent events (HTML Living Standard, 9.2). They end when `closing` is given. */
export function eventRoutes(
  eventBus: EventBus,
  streams: Pick<Streams, 'assertExists'>,
  sendState: SendState,
  closing: AbortSignal,
): Router {
  const router = Router()
  router.get('/events', (request, response) =>
    isStateWanted(request) ? sendState(response, null) : sendEvents(request, response, null),
  )
  router.get('/streams/:id/events', async (request: Request<{ id: string }>, response) => {
    await streams.assertExists(request.params.id)
    const { id } = request.params
    await (isStateWanted(request) ? sendState(response, id) : sendEvents(request, response, id))
  })
  return router

  async function sendEvents(request: Request, response: Response, stream: string | null): Promise<void> {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const events = await eventBus.subscribe(lastEventId(request), AbortSignal.any([gone.signal, closing]))
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
    response.write(': connected\n\n')
    const heartbeat = setInterval(() => response.write(': still here\n\n'), heartbeatMs)
    try {
      for await (const { id, event } of events) {
        if (stream !== null && !('stream' in event && event.stream === stream)) continue
        const text = `id: ${id}\nevent: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`
        await writeAndDrain(response, text)
      }
    } finally {
      clearInterval(heartbeat)
      response.end()
    }
  }
}

const isStateWanted = ({ query }: Request): boolean => parseQuery(eventsQuery, query).as === 'state'

/** A browser that reconnects names the last event it got; a malformed id counts as none. */
function lastEventId({ headers }: Request): string | null {
  const id = headers['last-event-id']
  return typeof id === 'string' && /^\d{1,15}-\d{1,15}\.\d{1,6}$/.test(id) ? id : null
}

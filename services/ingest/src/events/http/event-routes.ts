import { eventsQuery } from '@pushav/shared/api/state.ts'
import type { Request, Response } from 'express'
import { Router } from 'express'
import { peerOf } from '../../http/authenticate.ts'
import { clientGone } from '../../http/client-gone.ts'
import { writeAndDrain } from '../../http/json-response.ts'
import { parseQuery } from '../../http/parse-request.ts'
import type { Streams } from '../../streams/streams.ts'
import type { DeliveredEvent, EventBus } from '../event-bus.ts'
import { maxStallMs, type SendState } from './send-state.ts'
import { createSubscriberLimits } from './subscriber-limits.ts'

/** The proxy ends a response that is silent for minutes; some networks do so earlier. */
const heartbeatMs = 15_000

/** Events as server-sent events (HTML Living Standard, 9.2). They end when `closing` is given. */
export function eventRoutes(
  eventBus: Pick<EventBus, 'subscribe'>,
  streams: Pick<Streams, 'assertExists'>,
  sendState: SendState,
  closing: AbortSignal,
): Router {
  const router = Router()
  const enter = createSubscriberLimits('event streams')
  router.get('/events', (request, response) => serve(request, response, null))
  router.get('/streams/:id/events', async (request: Request<{ id: string }>, response) => {
    await streams.assertExists(request.params.id)
    await serve(request, response, request.params.id)
  })
  return router

  async function serve(request: Request, response: Response, stream: string | null): Promise<void> {
    const { as } = parseQuery(eventsQuery, request.query)
    // A client may have left while the stream was looked up; its 'close' is past.
    if (response.closed || response.destroyed) return
    using _counted = enter(peerOf(request))
    using gone = clientGone(response, closing)
    if (as === 'state') return await sendState(response, stream, gone.signal)
    const events = await eventBus.subscribe(lastEventId(request), gone.signal)
    await sendAll(events, response, stream, gone.signal)
  }
}

async function sendAll(
  events: AsyncIterable<DeliveredEvent>,
  response: Response,
  stream: string | null,
  gone: AbortSignal,
): Promise<void> {
  if (response.closed || response.destroyed) return
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  response.write(': connected\n\n')
  const heartbeat = setInterval(() => {
    if (!response.writableNeedDrain) response.write(': still here\n\n')
  }, heartbeatMs)
  let last: string | null = null
  try {
    for await (const delivered of events) {
      const { id, event } = delivered
      if (gone.aborted) return
      last = id
      if (stream !== null && !('stream' in event && event.stream === stream)) continue
      const text = `id: ${id}\nevent: ${event.kind}\ndata: ${delivered.json}\n\n`
      if (!(await writeAndDrain(response, text, { maxStallMs, signal: gone }))) return void response.destroy()
    }
    // The client goes on after the last event that was read for it, also where that was another stream's.
    if (last !== null && !response.closed) response.write(`id: ${last}\n\n`)
  } finally {
    clearInterval(heartbeat)
    response.end()
  }
}

/** A browser that reconnects names the last event it got; a malformed id counts as none. */
function lastEventId({ headers }: Request): string | null {
  const id = headers['last-event-id']
  return typeof id === 'string' && /^\d{1,15}-\d{1,15}\.\d{1,6}$/.test(id) ? id : null
}

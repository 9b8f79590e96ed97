import type { Request, Response } from 'express'
import { json, Router } from 'express'
import { z } from 'zod'
import { peerOf } from '../../http/authenticate.ts'
import { writeAndDrain } from '../../http/json-response.ts'
import { parseBody } from '../../http/parse-request.ts'
import { Refusal } from '../../lib/refusal.ts'
import type { Streams } from '../../streams/streams.ts'
import { sendContinue } from '../../uploads/http/request-body.ts'
import type { DeliveredEvent, EventBus } from '../event-bus.ts'
import { createSubscriberLimits } from './subscriber-limits.ts'

/** The proxy ends a response that is silent for minutes; some networks do so earlier. */
const heartbeatMs = 15_000
/** A client that takes nothing for so long may come back later; what is held for it is let go. */
const maxStallMs = 30_000

/** Events as server-sent events (HTML Living Standard, 9.2). They end when `closing` is given. */
export function eventRoutes(
  eventBus: EventBus,
  streams: Pick<Streams, 'assertExists'>,
  closing: AbortSignal,
  now: () => Date,
): Router {
  const router = Router()
  const enter = createSubscriberLimits()
  router.get('/events', (request, response) => sendEvents(request, response, null))
  router.get('/streams/:id/events', async (request: Request<{ id: string }>, response) => {
    await streams.assertExists(request.params.id)
    await sendEvents(request, response, request.params.id)
  })
  router.post('/events/handshake-refused', sendContinue, json(), (request, response) => {
    if (!isProxyItself(request))
      throw new Refusal('request-malformed', 'only the TLS proxy reports handshakes')
    const refused = parseBody(handshakeRefused, request.body)
    eventBus.publish({ kind: 'handshake-refused', at: now().toISOString(), ...refused })
    response.status(204).end()
  })
  return router

  async function sendEvents(request: Request, response: Response, stream: string | null): Promise<void> {
    // A client may have left while the stream was looked up; its 'close' is past.
    if (response.closed || response.destroyed) return
    const leave = enter(peerOf(request))
    const gone = new AbortController()
    const abort = () => gone.abort()
    response.once('close', abort)
    closing.addEventListener('abort', abort)
    if (closing.aborted) abort()
    try {
      const events = await eventBus.subscribe(lastEventId(request), gone.signal)
      await sendAll(events, response, stream, gone.signal)
    } finally {
      leave()
      abort()
      response.off('close', abort)
      closing.removeEventListener('abort', abort)
    }
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

const handshakeRefused = z.object({
  address: z.string().max(100),
  code: z.string().max(100),
  reason: z.string().max(1_000),
})

/** The proxy passes on no header of this name. */
const isProxyItself = ({ headers }: Request): boolean => headers['x-proxy-event'] !== undefined

/** A browser that reconnects names the last event it got; a malformed id counts as none. */
function lastEventId({ headers }: Request): string | null {
  const id = headers['last-event-id']
  return typeof id === 'string' && /^\d{1,15}-\d{1,15}\.\d{1,6}$/.test(id) ? id : null
}

import type { Logger } from '@pushav/shared/logger.ts'
import { ServerResponse } from '@pushav/shared/process/node-http.ts'
import type { WriteAudit } from '../../audit/audit.ts'
import type { Authenticate } from '../../http/authenticate.ts'
import { sendJson } from '../../http/json-response.ts'
import { forEachLimit } from '../../lib/for-each-limit.ts'
import type { InFlightUpload, InFlightUploads } from '../../uploads/in-flight.ts'
import type { Journals } from '../../uploads/ports.ts'
import type { Authorization } from './authorize.ts'
import { actorOf } from './client.ts'

const concurrency = 16

interface WatchUploadsDeps {
  readonly inFlight: Pick<InFlightUploads, 'all'>
  readonly review: Authorization['reviewUpload']
  readonly authenticate: Authenticate
  readonly journals: Pick<Journals, 'has'>
  readonly audit: WriteAudit
  readonly log: Pick<Logger, 'info' | 'warn'>
  readonly everyMs: number
  readonly now: () => Date
}

/**
 * Cuts off uploads that last longer than the access of their clients: within `everyMs` of the time at which a stream is
 * no longer shared, gets another owner, or a sign-in ends, the client gets 403, and what arrived is kept as cut off. An
 * upload that takes less than `everyMs` is never looked at.
 */
export function watchUploads(deps: WatchUploadsDeps): Disposable {
  const { inFlight, review, authenticate, journals, audit, log, everyMs, now } = deps
  let isRunning = false
  const timer = setInterval(() => void reviewAll(), everyMs).unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }

  async function reviewAll(): Promise<void> {
    if (isRunning) return
    isRunning = true
    const before = now().getTime() - everyMs
    const lasting = [...inFlight.all()].filter(({ facts }) => Date.parse(facts.startedAt) < before)
    // What cannot be read now is read again with the next turn.
    await forEachLimit(lasting, concurrency, (upload) =>
      reviewOne(upload).catch((error) => log.warn({ error }, 'the access of an upload is not known now')),
    )
    isRunning = false
  }

  async function reviewOne({ facts, exchange, bytes }: InFlightUpload): Promise<void> {
    if (!(exchange instanceof ServerResponse)) return
    const { stream, id: upload, method, path } = facts
    const peer = authenticate(exchange.req)
    const { client, refusal } = await review(exchange.req, peer, stream)
    // One that has come whole ends by itself. A stream that is deleted has no owner; its uploads end with 404.
    if (!refusal || exchange.req.complete || !(await journals.has(stream))) return
    const { code } = refusal
    audit({
      event: 'upload-cut-off',
      outcome: 'refused',
      who: actorOf(client, peer),
      address: peer.address,
      request: `${method} /streams/${stream}/${path}`,
      status: 403,
      code,
      details: { stream, upload, bytes: bytes() },
    })
    log.info({ stream, upload, path, address: peer.address, bytes: bytes(), code }, 'upload cut off')
    if (exchange.headersSent) return void exchange.req.destroy()
    // The body ends there as cut off. Node alone would not end it: it forgets requests that have their response.
    exchange.once('finish', () => exchange.req.destroy()).setHeader('Connection', 'close')
    sendJson(exchange, 403, {
      status: 403,
      code,
      detail: `what has come is kept as cut off: access has ended meanwhile; ${refusal.message}`,
      upload_id: upload,
    })
  }
}

import type { ServerResponse } from 'node:http'
import { encodeFaultAction, type FaultAction, faultHeader } from '@pushav/shared/faults/fault-action.ts'
import { expectNoContinue } from '@pushav/shared/http/expect-no-continue.ts'
import { jsonHeaders, sendJson } from '../../http/json-response.ts'
import type { RespondWithReceipt } from '../../uploads/http/upload-response.ts'
import type { Fault, FaultHit } from '../fault-rule.ts'
import type { SleepWhileOpen } from './sleep-while-open.ts'

/** Responds to an upload under a fault. A device that left before that gets nothing. */
export function respondThrough(
  fault: Fault,
  hit: Pick<FaultHit, 'rule' | 'does'>,
  sleep: SleepWhileOpen,
  respondAsUsual: RespondWithReceipt,
): RespondWithReceipt {
  return async function respond(response, receipt, stream) {
    const { id, whole } = receipt.upload
    if (fault.kind === 'delay' && fault.at === 'end') await sleep(fault.ms)
    switch (fault.kind) {
      case 'status':
        if (fault.retryAfter !== null) response.setHeader('Retry-After', fault.retryAfter)
        return refuse(response, fault.status, id)
      case 'connections':
        response.setHeader('Retry-After', 1)
        return refuse(response, 503, id)
      case 'certificate-expired':
        return refuse(response, 403, id, 'certificate-expired')
      case 'cut':
        return order(response, { kind: 'cut', how: fault.how })
      case 'reset':
        return order(response, { kind: 'reset', code: fault.code })
      case 'goaway':
        if (whole) response.setHeader(faultHeader, encodeFaultAction(fault))
        return respondAsUsual(response, receipt, stream)
      case 'large-response':
        if (!whole) return respondAsUsual(response, receipt, stream)
        return sendLarge(response, fault.bytes)
      default:
        return respondAsUsual(response, receipt, stream)
    }
  }

  function refuse(
    response: ServerResponse,
    status: number,
    uploadId: string,
    code = 'fault-on-purpose',
  ): void {
    const detail = `this server did it on purpose, by fault ${hit.rule}: it ${hit.does}`
    discardBody(response)
    sendJson(response, status, {
      status,
      code,
      detail,
      fault: hit.rule,
      upload_id: uploadId,
    })
  }
}

/** Has the proxy do something to the client's connection; the client gets no response. */
function order(response: ServerResponse, action: FaultAction): void {
  discardBody(response)
  response.writeHead(503, [faultHeader, encodeFaultAction(action), 'Content-Length', '0'])
  response.end()
}

/**
 * Reads the rest of a body that is not stored: as long as it is not read, no further request of the connection is, and
 * closing the connection would lose the response.
 */
function discardBody(response: ServerResponse): void {
  const { req: request } = response
  request.removeAllListeners('readable')
  // Node notices in the next tick that no listener is left.
  setImmediate(() => request.resume())
  expectNoContinue(response)
}

const filler = 'x'.repeat(65_536)

/** JSON of so many bytes; few hold no JSON and are spaces alone. */
function sendLarge(response: ServerResponse, bytes: number): void {
  response.writeHead(202, jsonHeaders(bytes))
  const [begin, end] = ['{"padding":"', '"}\n']
  let left = bytes - begin.length - end.length
  if (left < 0) return void response.end(' '.repeat(bytes))
  response.write(begin)
  writeMore()

  function writeMore(): void {
    while (left > 0) {
      const piece = filler.slice(0, left)
      left -= piece.length
      if (!response.write(piece)) return void response.once('drain', writeMore)
    }
    response.end(end)
  }
}

import type { ServerResponse } from 'node:http'
import { sendJson } from '../../http/json-response.ts'
import type { RespondWithReceipt } from '../../uploads/http/upload-response.ts'
import { respondWithReceipt } from '../../uploads/http/upload-response.ts'
import type { ReadReference } from '../read-reference.ts'
import { referenceStatusOf } from './reference-report.ts'

/**
 * Responds to an upload as the reference would: 202 without a body, 400 with its sentences, 405, or 500. The upload is
 * stored and judged as ever. While this server's verdict is pending, so is the reference's, and the response says so.
 */
export function respondAsReferenceWith(readReference: ReadReference): RespondWithReceipt {
  return async function respondAsReference(response, receipt, stream) {
    const { upload, findings, strict } = receipt
    if (findings === null || !upload.whole) return respondWithReceipt(response, receipt)
    const verdict = (await readReference(stream)).verdictOf(upload.id)
    const decision = verdict?.decision ?? { outcome: 'failed', faults: [], session: null }
    const status = referenceStatusOf(decision, strict)
    if (status === 202) sendEmpty(response)
    else if (status === 400)
      sendJson(response, 400, { errors: decision.faults.map(({ message }) => message) })
    else if (status === 405) sendJson(response, 405, { detail: 'Method Not Allowed' })
    else sendText(response, 500, 'Internal Server Error')
  }
}

function sendEmpty(response: ServerResponse): void {
  response.writeHead(202, { 'Content-Length': '0', 'Cache-Control': 'no-store' }).end()
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' })
    .end(text)
}

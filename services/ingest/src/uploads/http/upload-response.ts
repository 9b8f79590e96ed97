import type { ServerResponse } from 'node:http'
import { sendJson } from '../../http/json-response.ts'
import { isAccepted } from '../../validation/finding.ts'
import type { Receipt } from '../receive-upload.ts'

/** Responds to an upload of a stream; an adapter may do it in another server's way. */
export type RespondWithReceipt = (
  response: ServerResponse,
  receipt: Receipt,
  stream: string,
) => void | Promise<void>

/**
 * 202 for an upload that is stored; 400 when the stream is strict and the upload has errors, though it is stored, too.
 * An upload that was cut off gets none: its connection is lost.
 */
export function respondWithReceipt(response: ServerResponse, receipt: Receipt): void {
  if (receipt.upload.whole) sendJson(response, ...responseTo(receipt))
  else response.destroy()
}

function responseTo({ upload, findings, strict }: Receipt): [status: number, body: object] {
  const facts = {
    upload_id: upload.id,
    bytes: upload.bytes,
    sha256: upload.sha256,
    duration_ms: Date.parse(upload.receivedAt) - Date.parse(upload.startedAt),
  }
  if (findings === null) return [202, { ...facts, verdict: 'pending', findings: [] }]
  if (!strict || isAccepted(findings)) return [202, { ...facts, findings }]
  const errors = findings.filter(({ severity }) => severity === 'error').map(({ message }) => message)
  const detail = `kept, but wrong on a strict stream: ${errors.join('; ')}`
  return [400, { status: 400, code: 'upload-rejected', detail, errors, ...facts, findings }]
}

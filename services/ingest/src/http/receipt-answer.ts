import type { Response } from 'express'
import { isAccepted } from '../domain/judge/finding.ts'
import type { Receipt } from '../use-cases/receive-upload.ts'

/** 202 to what was taken in; 400 when the stream is strict and something is wrong. It is kept either way. */
export function answerReceipt(response: Response, { upload, findings, strict }: Receipt): void {
  if (!upload.whole) return void response.destroy()
  const facts = {
    upload_id: upload.id,
    bytes: upload.bytes,
    sha256: upload.sha256,
    duration_ms: Date.parse(upload.receivedAt) - Date.parse(upload.startedAt),
  }
  if (findings === null) return void response.status(202).json({ ...facts, verdict: 'pending', findings: [] })
  if (!strict || isAccepted(findings)) return void response.status(202).json({ ...facts, findings })
  const errors = findings.filter(({ severity }) => severity === 'error').map(({ message }) => message)
  const detail = `kept, but wrong on a strict stream: ${errors.join('; ')}`
  response.status(400).json({ status: 400, code: 'upload-rejected', detail, errors, ...facts, findings })
}

import type { ServerResponse } from 'node:http'
import { isAccepted } from '../domain/judge/finding.ts'
import type { Receipt } from '../use-cases/receive-upload.ts'

/** 202 to what was taken in; 400 when the stream is strict and something is wrong. It is kept either way. */
export function answerReceipt(response: ServerResponse, { upload, findings, strict }: Receipt): void {
  if (!upload.whole) return void response.destroy()
  const facts = {
    upload_id: upload.id,
    bytes: upload.bytes,
    sha256: upload.sha256,
    duration_ms: Date.parse(upload.receivedAt) - Date.parse(upload.startedAt),
  }
  if (findings === null) return void say(response, 202, { ...facts, verdict: 'pending', findings: [] })
  if (!strict || isAccepted(findings)) return void say(response, 202, { ...facts, findings })
  const errors = findings.filter(({ severity }) => severity === 'error').map(({ message }) => message)
  const detail = `kept, but wrong on a strict stream: ${errors.join('; ')}`
  say(response, 400, { status: 400, code: 'upload-rejected', detail, errors, ...facts, findings })
}

/** Like `response.json`, without its detours through MIME types, charsets and freshness. */
function say(response: ServerResponse, status: number, answer: unknown): void {
  const text = JSON.stringify(answer)
  const length = String(Buffer.byteLength(text))
  response.writeHead(status, ['Content-Type', 'application/json; charset=utf-8', 'Content-Length', length])
  response.end(text)
}

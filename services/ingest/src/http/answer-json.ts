import type { ServerResponse } from 'node:http'

/** Like express's `response.json`, without its detours through MIME types, charsets and freshness. */
export function answerJson(response: ServerResponse, status: number, answer: unknown): void {
  const text = JSON.stringify(answer)
  const length = String(Buffer.byteLength(text))
  response.writeHead(status, [
    ...['Content-Type', 'application/json; charset=utf-8', 'Content-Length', length],
    ...['Cache-Control', 'no-store', 'X-Content-Type-Options', 'nosniff'],
  ])
  response.end(text)
}

import { setImmediate } from 'node:timers/promises'
import type { Response } from 'express'
import { jsonPieces } from './json-pieces.ts'
import { write } from './write.ts'

const enough = 65_536

/**
 * Answers with JSON that may have pages in it, as fast as the client takes it, and never long at a time: uploads wait
 * meanwhile. What fails in the middle ends the connection, so that nobody takes half an answer for a whole one.
 */
export async function sendJson(response: Response, answer: unknown): Promise<void> {
  response.type('json')
  let text = ''
  for await (const piece of jsonPieces(answer)) {
    text += piece
    if (text.length < enough) continue
    response.flushHeaders()
    if (response.req.method === 'HEAD') return void response.end()
    await write(response, text)
    if (response.closed) return
    text = ''
    await setImmediate()
  }
  if (response.headersSent) response.end(text)
  else response.send(text)
}

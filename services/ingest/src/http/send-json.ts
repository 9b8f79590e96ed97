import type { Response } from 'express'
import { jsonPieces } from './json-pieces.ts'
import { sendText } from './send-text.ts'

/** Responds with JSON that may have pages in it: `jsonPieces`, `sendText`. */
export async function sendJson(response: Response, value: unknown): Promise<void> {
  response.type('json')
  await sendText(response, jsonPieces(value))
}

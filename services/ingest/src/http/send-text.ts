import { setImmediate } from 'node:timers/promises'
import type { Response } from 'express'
import { write } from './write.ts'

/** So much is put together for one write. */
const writtenLength = 65_536

/**
 * Responds with pieces of text as fast as the client takes them, so that no more than about 64 KiB and one piece is held
 * for a client that does not read, and never long at a time: uploads wait meanwhile. What fails in the middle ends the
 * connection, so that the client does not take a part for the whole.
 */
export async function sendText(response: Response, pieces: AsyncIterable<string>): Promise<void> {
  let text = ''
  for await (const piece of pieces) {
    if (response.closed || response.destroyed) return
    text += piece
    if (text.length < writtenLength) continue
    response.flushHeaders()
    if (response.req.method === 'HEAD') return void response.end()
    if (!(await write(response, text))) return
    text = ''
    await setImmediate()
  }
  if (response.headersSent) response.end(text)
  else response.send(text)
}

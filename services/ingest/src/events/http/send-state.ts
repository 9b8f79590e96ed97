import type { Response } from 'express'
import { writeAndDrain } from '../../http/json-response.ts'
import type { States } from '../states/states.ts'
import type { StreamNow } from '../states/stream-state-source.ts'
import { serverStateResponse, streamStateResponse } from './state-response.ts'

/** Sends the states of a stream, or of the server when `stream` is null, until the signal is given. */
export type SendState = (response: Response, stream: string | null, gone: AbortSignal) => Promise<void>

/** A client that takes nothing for this long is cut off, with what waits for it; it may come back later. */
export const maxStallMs = 30_000

/** Messages that stand by themselves, as server-sent events (HTML Living Standard, 9.2). */
export function sendStateWith(states: States, now: () => Date): SendState {
  /** The text of a state, shared by its watchers. */
  const encoded = new WeakMap<object, Buffer>()
  return function sendState(response, stream, gone) {
    if (stream === null) return send(response, states.server(gone), serverStateResponse, gone)
    const responseOf = (state: StreamNow, at: Date) => streamStateResponse(stream, state, at)
    return send(response, states.stream(stream, gone), responseOf, gone)
  }

  async function send<State extends object>(
    response: Response,
    states: AsyncIterable<State>,
    responseOf: (state: State, at: Date) => object,
    signal: AbortSignal,
  ): Promise<void> {
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
    if (response.req.method === 'HEAD') return void response.end()
    response.write('retry: 1000\n\n')
    for await (const state of states) {
      const text =
        encoded.get(state) ??
        Buffer.from(`event: state\ndata: ${JSON.stringify(responseOf(state, now()))}\n\n`)
      encoded.set(state, text)
      if (!(await writeAndDrain(response, text, { maxStallMs, signal }))) return void response.destroy()
    }
    response.end()
  }
}

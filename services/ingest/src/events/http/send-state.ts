import type { Response } from 'express'
import { writeAndDrain } from '../../http/json-response.ts'
import type { States } from '../states/states.ts'
import { serverStateResponse, streamStateResponse } from './state-response.ts'

interface SendStateDeps {
  readonly states: States
  /** Ends the responses. */
  readonly closing: AbortSignal
  readonly now: () => Date
}

/** Sends the states of a stream, or of the server when `stream` is null, until the client leaves. */
export type SendState = (response: Response, stream: string | null) => Promise<void>

/** Messages that stand by themselves, as server-sent events (HTML Living Standard, 9.2). */
export function sendStateWith({ states, closing, now }: SendStateDeps): SendState {
  return function sendState(response, stream) {
    if (stream === null)
      return send(
        response,
        (signal) => states.server(signal),
        (state) => serverStateResponse(state, now()),
      )
    return send(
      response,
      (signal) => states.stream(stream, signal),
      (state) => streamStateResponse(stream, state, now()),
    )
  }

  async function send<State>(
    response: Response,
    watch: (signal: AbortSignal) => AsyncIterable<State>,
    responseOf: (state: State) => object,
  ): Promise<void> {
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
    if (response.req.method === 'HEAD') return void response.end()
    response.write('retry: 1000\n\n')
    for await (const state of watch(AbortSignal.any([gone.signal, closing])))
      await writeAndDrain(response, `event: state\ndata: ${JSON.stringify(responseOf(state))}\n\n`)
    response.end()
  }
}

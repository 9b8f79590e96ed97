import { deepEqual } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, request as httpRequest, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import type { EventBus } from '../event-bus.ts'
import { eventRoutes } from './event-routes.ts'

describe('eventRoutes', () => {
  it('hold nothing for a client that left while its stream was looked up', async () => {
    const held: AbortSignal[] = []
    const eventBus: Pick<EventBus, 'subscribe'> = {
      async subscribe(_after, signal) {
        held.push(signal)
        return (async function* () {})()
      },
    }
    const looking = Promise.withResolvers<void>()
    const found = Promise.withResolvers<void>()
    const assertExists = () => {
      looking.resolve()
      return found.promise
    }
    const responses: ServerResponse[] = []
    const app = express()
    app.use((_request, response, next) => {
      responses.push(response)
      next()
    })
    const closing = new AbortController()
    app.use(eventRoutes(eventBus, { assertExists }, async () => {}, closing.signal))
    const server = createServer(app).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const client = httpRequest({ port, host: '127.0.0.1', path: '/streams/1/events', agent: false })
    client.on('error', () => undefined).end()
    await looking.promise
    const [response] = responses
    client.destroy()
    if (response) await once(response, 'close')
    found.resolve()
    const closed = once(server, 'close')
    server.close()
    await closed
    deepEqual(
      held.filter((signal) => !signal.aborted),
      [],
    )
  })
})

import { equal, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import express from 'express'
import { sendJson } from './send-json.ts'

const manyPages = 1_000

describe('sendJson', () => {
  it('reads no further than the head needs for HEAD, and keeps the connection', async () => {
    let pages = 0
    async function* list() {
      while (pages < manyPages) yield [`${pages++}`.padEnd(10_000)]
    }
    const app = express().get('/', (_request, response) => sendJson(response, { list: list() }))
    const server = createServer(app).listen(0, '127.0.0.1')
    await once(server, 'listening')
    using agent = Object.assign(new Agent({ keepAlive: true, maxSockets: 1 }), {
      [Symbol.dispose]: () => server.closeAllConnections(),
    })
    const { port } = server.address() as AddressInfo
    const ask = async (method: string) => {
      const [answer] = await once(request({ port, host: '127.0.0.1', method, agent }).end(), 'response')
      return text(answer)
    }
    equal(await ask('HEAD'), '')
    await setTimeout(100)
    ok(pages < 10, `${pages} pages read`)
    pages = 0
    equal(JSON.parse(await ask('GET')).list.length, manyPages)
    server.close()
  })
})

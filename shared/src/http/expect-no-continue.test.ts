import { match } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { expectNoContinue } from './expect-no-continue.ts'

describe('expectNoContinue', () => {
  for (const isOmitted of [true, false])
    it(`decides whether a connection lives on without 100 Continue (${isOmitted})`, async () => {
      await using built = new AsyncDisposableStack()
      const server = createServer().listen(0, '127.0.0.1')
      built.defer(() => void server.close())
      server.on('checkContinue', (request, response) => {
        if (isOmitted) expectNoContinue(response)
        request.resume().once('end', () => response.end('ok'))
      })
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      const socket = connect(port, '127.0.0.1')
      built.defer(() => void socket.destroy())
      socket.write('PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na')
      const [bytes] = await once(socket, 'data')
      match(String(bytes), isOmitted ? /\r\nConnection: keep-alive\r\n/ : /\r\nConnection: close\r\n/)
    })
})

import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { generate } from 'selfsigned'
import { TargetForbidden } from '../ports.ts'
import { type ResolveAll, webhookClient } from './webhook-client.ts'

const never = new AbortController().signal
const request = (url: string) => ({ url, headers: { 'webhook-id': 'a' }, body: '{}' })

describe('the client of webhooks', () => {
  const send = webhookClient({ allowPrivate: true, timeoutMs: 20_000 })
  const impatient = webhookClient({ allowPrivate: true, timeoutMs: 100 })

  it('posts the body and gives the status and how the response begins', async () => {
    let received: unknown
    await using target = await listen((incoming, response) => {
      received = [
        incoming.method,
        incoming.url,
        incoming.headers['webhook-id'],
        incoming.headers['content-length'],
      ]
      response.writeHead(418).end('a\u009bteapot')
    })
    const response = await send(request(`${target.url}/hook?key=1`), never)
    deepEqual(
      [response, received],
      [{ status: 418, excerpt: 'a\\u{9b}teapot' }, ['POST', '/hook?key=1', 'a', '2']],
    )
  })

  it('follows no redirect', async () => {
    const paths: (string | undefined)[] = []
    await using target = await listen((incoming, response) => {
      paths.push(incoming.url)
      response.writeHead(302, { location: '/elsewhere' }).end()
    })
    equal((await send(request(`${target.url}/hook`), never)).status, 302)
    deepEqual(paths, ['/hook'])
  })

  it('reads little of a response without end', async () => {
    let written = 0
    await using target = await listen((_incoming, response) => {
      response.writeHead(200)
      const write = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, 'x'))) written += 65_536
      }
      response.on('drain', write)
      write()
    })
    const { status, excerpt } = await send(request(target.url), never)
    deepEqual([status, excerpt], [200, 'x'.repeat(200)])
    ok(written < 67_108_864, `${written} bytes were taken`)
  })

  it('gives up a target that accepts the connection and says nothing', async () => {
    await using target = await listenRaw(() => undefined)
    await rejects(impatient(request(target.url), never), { message: 'no response within 0.1 s' })
  })

  it('takes the status of a response whose body does not end', async () => {
    await using target = await listen((_incoming, response) => {
      response.writeHead(503).write('soon')
    })
    deepEqual(await impatient(request(target.url), never), { status: 503, excerpt: 'soon' })
  })

  it('says what is wrong with a target that closes, refuses, is no HTTP server, or has no name', async () => {
    await using closing = await listenRaw((socket) => socket.destroy())
    await rejects(send(request(closing.url), never), /the target closed the connection before it responded/)
    await using talking = await listenRaw((socket) => socket.end('SSH-2.0-OpenSSH\r\n'))
    await rejects(send(request(talking.url), never), /Parse Error/)
    const resolve: ResolveAll = (host, _options, callback) =>
      callback(Object.assign(new Error(host), { code: 'ENOTFOUND' }), [])
    const nameless = webhookClient({ allowPrivate: true, timeoutMs: 20_000, resolve })
    await rejects(nameless(request('https://no.example/'), never), /the name no.example has no address/)
    const { port } = new URL(closing.url)
    await closing[Symbol.asyncDispose]()
    await rejects(send(request(`http://127.0.0.1:${port}/`), never), /nothing listens at 127.0.0.1/)
  })

  it('trusts no certificate that it cannot verify', async () => {
    const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }])
    await using target = await listening(
      createTlsServer({ key, cert }, (_incoming, response) => response.end()),
    )
    await rejects(send(request(target.url.replace('http:', 'https:')), never), /self-signed certificate/)
  })

  it('ends with the signal', async () => {
    const controller = new AbortController()
    await using target = await listenRaw(() => controller.abort())
    await rejects(send(request(target.url), controller.signal))
  })
})

describe('the client of webhooks without private addresses', () => {
  it('connects to none, named or literal, also when a name changes what it stands for', async () => {
    let connections = 0
    await using target = await listenRaw((socket) => {
      connections += 1
      socket.destroy()
    })
    const { port } = new URL(target.url)
    const addresses = [['192.0.2.1'], ['1.1.1.1', '127.0.0.1'], ['127.0.0.1'], ['::ffff:127.0.0.1']]
    const resolve: ResolveAll = (_host, { all }, callback) => {
      equal(all, true)
      const next = addresses.shift() ?? []
      callback(
        null,
        next.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
      )
    }
    const send = webhookClient({ allowPrivate: false, timeoutMs: 20_000, resolve })
    for (const host of ['rebind.example', 'rebind.example', 'rebind.example', 'rebind.example'])
      await rejects(send(request(`http://${host}:${port}/`), never), (error: Error) => {
        ok(error instanceof TargetForbidden)
        match(error.message, /^rebind.example is at .*, which is not an address of the public internet/)
        return true
      })
    deepEqual(addresses, [])
    for (const host of ['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '0x7f.1', '2130706433', '0.0.0.0'])
      await rejects(send(request(`http://${host}:${port}/`), never), TargetForbidden)
    const system = webhookClient({ allowPrivate: false, timeoutMs: 20_000 })
    await rejects(system(request(`http://localhost:${port}/`), never), TargetForbidden)
    equal(connections, 0)
  })
})

const listen = (handle: RequestListener) => listening(createServer(handle))
const listenRaw = (onSocket: (socket: Socket) => void) => {
  const sockets = new Set<Socket>()
  const server = createTcpServer((socket) => {
    sockets.add(socket)
    onSocket(socket.on('error', () => undefined))
  })
  return listening(server, () => {
    for (const socket of sockets) socket.destroy()
  })
}

async function listening(server: Server, cut: () => void = () => undefined) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      if (!server.listening) return
      cut()
      if ('closeAllConnections' in server) (server as ReturnType<typeof createServer>).closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

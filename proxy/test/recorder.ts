import { createHash } from 'node:crypto'
import { EventEmitter, once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { json } from 'node:stream/consumers'
import type { handoverApplied } from '@pushav/shared/handover.ts'
import type { TlsTestConnection } from '@pushav/shared/tls-tests/tls-tests.ts'
import type { z } from 'zod'
import type { RefusedHandshake } from '../src/handshake-reporter.ts'

/** One request as the recorder received it from the proxy. */
export interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly rawHeaders: readonly string[]
  bytes: number
  sha256: string
  /** How the body ended; null while more bytes may arrive. */
  end: 'whole' | 'aborted' | null
}

/** Handles the head of a request. The recorder then reads the body, unless the responder has paused the request. */
export type Responder = (request: IncomingMessage, response: ServerResponse) => void

export type Recorder = ReturnType<typeof createRecorder>

/** An HTTP server on a Unix socket in the place of ingest, which records each request. */
export function createRecorder(path: string) {
  const events = new EventEmitter()
  const sockets = new Set<Socket>()
  const seen: Seen[] = []
  const reports: RefusedHandshake[] = []
  const tested: TlsTestConnection[] = []
  let respond: Responder = reply(200)
  /** Without those of the proxy's own reports. */
  let connections = 0
  let server: Server
  return {
    path,
    events,
    seen,
    /** What the proxy reported of refused handshakes. */
    reports,
    /** What the proxy reported of connections to the tests of TLS clients. */
    tested,
    connections: () => connections,
    respondWith(next: Responder): void {
      respond = next
    },
    start,
    stop,
    destroySockets: () => sockets.forEach((socket) => void socket.destroy()),
    /** The next report of the handover file that the proxy applies. */
    applied: async (): Promise<z.input<typeof handoverApplied>> => (await once(events, 'applied'))[0],
    /** The next request whose head arrives. */
    head: async (): Promise<Seen> => (await once(events, 'head'))[0],
    /** The next request whose body ends, one way or the other. */
    end: async (): Promise<Seen> => (await once(events, 'end'))[0],
  }

  async function start(): Promise<void> {
    server = createServer(receive)
    server.on('checkContinue', receive)
    Object.assign(server, { requestTimeout: 0, keepAliveTimeout: 0 })
    server.on('connection', (socket) => {
      connections += 1
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    })
    server.listen(path)
    await once(server, 'listening')
  }

  /** Dies as a killed process does. */
  function stop(): void {
    server.close()
    for (const socket of sockets) socket.destroy()
    rmSync(path, { force: true })
  }

  async function noteReport(request: IncomingMessage, response: ServerResponse): Promise<void> {
    connections -= 1
    const event = await json(request)
    response.writeHead(204).end()
    if (request.headers['x-proxy-event'] === 'handover-applied') return void events.emit('applied', event)
    if (request.headers['x-proxy-event'] === 'tls-tests') {
      tested.push(...(event as { connections: TlsTestConnection[] }).connections)
      return void events.emit('tested')
    }
    reports.push(event as RefusedHandshake)
    events.emit('report')
  }

  function receive(request: IncomingMessage, response: ServerResponse): void {
    if (request.headers['x-proxy-event']) return void noteReport(request, response)
    const { method = '', url = '', headers, rawHeaders } = request
    const seenNow: Seen = { method, url, headers, rawHeaders, bytes: 0, sha256: '', end: null }
    const hash = createHash('sha256')
    seen.push(seenNow)
    request.on('error', () => {})
    request.on('close', ended)
    // After its response, Node's server does not report that the rest of a body never came.
    request.socket.once('close', ended)
    respond(request, response)
    request.on('data', (bytes: Buffer) => {
      seenNow.bytes += bytes.length
      hash.update(bytes)
    })
    events.emit('head', seenNow)

    function ended(): void {
      request.socket.off('close', ended)
      if (seenNow.end) return
      Object.assign(seenNow, { sha256: hash.digest('hex'), end: request.complete ? 'whole' : 'aborted' })
      events.emit('end', seenNow)
    }
  }
}

/** Responds once the body is complete. */
export function reply(status: number, body = 'ok', headers: Record<string, string> = {}): Responder {
  return (request, response) => {
    if (request.headers.expect) response.writeContinue()
    request.on('end', () =>
      response.writeHead(status, { 'content-length': body.length, ...headers }).end(body),
    )
  }
}

/** Responds before the body is complete. */
export function replyEarly(status: number, body = '{"status":0}'): Responder {
  return (_request, response) => void response.writeHead(status, { 'content-length': body.length }).end(body)
}

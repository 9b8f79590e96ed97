import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type ClientHttp2Session, connect as connectHttp2, type SecureClientSessionOptions } from 'node:http2'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls'
import { type Identity, pki } from './certificates.ts'

/** TLS options of a client with the certificate of `identity`, or with none. */
async function credentials(identity?: Identity): Promise<ConnectionOptions> {
  const { serverRoot } = await pki
  return { host: '127.0.0.1', servername: 'localhost', ca: serverRoot.cert, ...identity }
}

/** Opens a TLS connection on which a test writes HTTP/1 itself. */
export async function dial(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ port, ...(await credentials()), ...options })
  socket.on('error', () => {})
  await once(socket, 'secureConnect')
  return socket
}

/** Resolves with the received text once the proxy closes the connection or the text matches `enough`. */
export async function received(socket: Socket, enough = /$^/): Promise<string> {
  let text = ''
  return new Promise((resolve) => {
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1')
      if (enough.test(text)) resolve(text)
    })
    socket.on('close', () => resolve(text))
    socket.on('end', () => resolve(text))
  })
}

/** Resolves when a socket or stream is closed, with or without an error. */
export const closed = (it: { once(event: 'close', listener: () => void): unknown }): Promise<void> =>
  new Promise((resolve) => void it.once('close', resolve))

/** Sends a text unchanged on a new connection and resolves with the text of the response. */
export async function say(port: number, text: string, enough?: RegExp): Promise<string> {
  const socket = await dial(port)
  const response = received(socket, enough)
  socket.write(text, 'latin1')
  const responded = await response
  socket.destroy()
  return responded
}

export async function dialHttp2(
  port: number,
  identity?: Identity,
  options: SecureClientSessionOptions = {},
): Promise<ClientHttp2Session> {
  const session = connectHttp2(`https://localhost:${port}`, {
    ...(await credentials(identity)),
    maxSessionMemory: 1000,
    ...options,
  })
  session.on('error', () => {})
  await once(session, 'connect')
  return session
}

/** Sends one HTTP/2 request and reads its whole response; `status` is 0 when the stream was reset. */
export async function ask(
  session: ClientHttp2Session,
  headers: Record<string, string>,
  body?: Buffer | string,
): Promise<{ status: number; headers: Record<string, unknown>; text: string; rstCode: number }> {
  const stream = session.request(headers, { endStream: body === undefined })
  let responseHeaders: Record<string, unknown> = {}
  let text = ''
  stream.on('error', () => {})
  stream.on('response', (received) => {
    responseHeaders = received
  })
  stream.on('data', (bytes) => {
    text += bytes
  })
  if (body !== undefined) stream.end(body)
  stream.resume()
  await new Promise((resolve) => stream.once('close', resolve))
  return {
    status: Number(responseHeaders[':status'] ?? 0),
    headers: responseHeaders,
    text,
    rstCode: stream.rstCode ?? 0,
  }
}

export interface Curled {
  readonly exit: number
  readonly status: number
  readonly body: string
  readonly uploaded: number
  readonly version: string
  readonly stderr: string
}

/** The bytes of the ClientHello that Node sends with these options. */
export async function clientHello(options: ConnectionOptions): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = connect({ port, host: '127.0.0.1', ...options }).on('error', () => {})
  const [socket] = (await once(server, 'connection')) as [Socket]
  let bytes = Buffer.alloc(0)
  while (bytes.length < 5 || bytes.length < 5 + bytes.readUInt16BE(3))
    bytes = Buffer.concat([bytes, (await once(socket, 'data'))[0] as Buffer])
  client.destroy()
  socket.destroy()
  server.close()
  return bytes
}

/** Runs curl against the proxy; `host` is a name of the loopback address. */
export async function curl(
  port: number,
  path: string,
  args: string[],
  identity?: Identity,
  host = 'localhost',
): Promise<Curled> {
  const directory = mkdtempSync(join(tmpdir(), 'curl-'))
  const { serverRoot } = await pki
  const file = (name: string, text: string) => {
    writeFileSync(join(directory, name), text)
    return join(directory, name)
  }
  const who = identity
    ? ['--cert', file('cert.pem', identity.cert), '--key', file('key.pem', identity.key)]
    : []
  const trust = ['--cacert', file('ca.pem', serverRoot.cert)]
  const report = ['-sS', '-w', '\n%{http_code} %{size_upload} %{http_version}']
  const all = [...trust, ...who, ...report, ...args, `https://${host}:${port}${path}`]
  try {
    return await new Promise((resolve) =>
      execFile('curl', all, { maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
        const lines = stdout.split('\n')
        const [status = '', uploaded = '', version = ''] = (lines.pop() ?? '').split(' ')
        const exit = Number(error?.code ?? 0)
        resolve({
          exit,
          status: Number(status),
          uploaded: Number(uploaded),
          version,
          body: lines.join('\n'),
          stderr,
        })
      }),
    )
  } finally {
    rmSync(directory, { recursive: true })
  }
}

import { deepEqual } from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { createNextImmediate, createWriteBatch, type WriteBatch } from './write-batch.ts'

describe('write batch', () => {
  let built: AsyncDisposableStack
  let batch: WriteBatch
  let port: number
  /** The text of each read at the other end, by the local port of its sender. */
  let reads: Map<number | undefined, string[]>

  beforeEach(async () => {
    built = new AsyncDisposableStack()
    batch = createWriteBatch()
    reads = new Map()
    const server = createServer((socket) => {
      const texts: string[] = []
      reads.set(socket.remotePort, texts)
      socket.on('data', (bytes) => void texts.push(bytes.toString('latin1')))
    }).listen(0, '127.0.0.1')
    built.defer(() => void server.close())
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  })
  afterEach(() => built.disposeAsync())

  async function dial(): Promise<Socket> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    built.defer(() => void socket.destroy())
    await once(socket, 'connect')
    return socket
  }

  /** The calls of `socket.write`, as text at the time of the call. */
  function writesOf(socket: Socket): string[] {
    const writes: string[] = []
    const write = socket.write.bind(socket) as (data: string | Uint8Array, encoding: 'latin1') => boolean
    socket.write = (data: string | Uint8Array) => {
      writes.push(typeof data === 'string' ? data : Buffer.from(data).toString('latin1'))
      return write(data, 'latin1')
    }
    return writes
  }

  it('joins the writes of one event loop iteration, text and bytes', async () => {
    const socket = await dial()
    const writes = writesOf(socket)
    batch.write(socket, 'head\xff ')
    const bytes = Buffer.from('body')
    batch.write(socket, bytes)
    bytes.fill('x')
    deepEqual(writes, [])
    await createNextImmediate()()
    deepEqual(writes, ['head\xff body'])
  })

  it('keeps the order of bytes when two sockets take turns', async () => {
    const sockets = [await dial(), await dial()]
    for (const text of ['a', 'b', 'c']) for (const socket of sockets) batch.write(socket, text)
    batch.flush()
    for (const socket of sockets) {
      const { localPort } = socket
      socket.end()
      await once(socket, 'close')
      deepEqual(reads.get(localPort)?.join(''), 'abc')
    }
  })

  it('sends what exceeds the buffer behind the bytes before it', async () => {
    const socket = await dial()
    const writes = writesOf(socket)
    const large = 'x'.repeat(200_000)
    for (const text of ['before', large, 'after']) batch.write(socket, text)
    batch.flush()
    deepEqual(
      writes.map(({ length }) => length),
      [6, 200_000, 5],
    )
  })
})

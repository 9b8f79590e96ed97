import { connect, type NetConnectOpts, type Socket } from 'node:net'
import type { Address } from '@pushav/shared/settings.ts'
import { createResponseParser, type ResponseHandler } from './response-parser.ts'
import type { WriteBatch } from './write-batch.ts'

/** Receives the response to one request. */
export interface ResponseListener extends ResponseHandler {
  /** The connection accepts more bytes of the request again. */
  onDrain(): void
  /**
   * The connection was lost (null), or ingest's response is malformed. Called at most once; no other function is
   * called after it.
   */
  onError(malformed: Error | null): void
}

/** One keep-alive connection to ingest. It takes one request at a time: `begin`, `send`, `endRequest`. */
export interface UpstreamConnection {
  /** Whether the connection has served a request before; ingest may then have closed it while it was idle. */
  isReused(): boolean
  /** Whether the connection is known to be closed or closing. */
  isBroken(): boolean
  /** Starts a request; everything about its response goes to the listener. */
  begin(method: string, listener: ResponseListener): void
  /** Copies bytes, or latin1 text, into the next write batch. */
  send(data: string | Buffer): void
  /** Writes everything buffered to the socket now. */
  flush(): void
  /** Whether the socket's buffer is full; the listener's `onDrain` follows. */
  needsDrain(): boolean
  /** The request is complete. Once its response is complete too, the connection becomes idle. */
  endRequest(): void
  /** Ends the connection after the bytes sent so far, so that ingest sees a request that was cut off. */
  truncateRequest(): void
  /** Stops reading the response. */
  pause(): void
  resume(): void
  /** Closes the connection if that listener's request is still the one in flight. */
  abort(listener: ResponseListener): void
  destroy(): void
}

/** Learns of the state of one connection. */
interface ConnectionOwner {
  onConnect(): void
  /** The connection takes the next request. */
  onIdle(connection: UpstreamConnection): void
  onClose(): void
}

/** Buffers that all connections of the process share: each connection uses them only within one call. */
export interface SharedBuffers {
  /** The buffer into which every socket reads; the response parser consumes the bytes before the next read. */
  readonly read: Buffer
  readonly writes: WriteBatch
}

/** Connects to ingest. A failure is reported by `owner.onClose`. */
export function connectTo(
  address: Address,
  buffers: SharedBuffers,
  owner: ConnectionOwner,
): UpstreamConnection {
  const { writes } = buffers
  let listener: ResponseListener | null = null
  let isReused = false
  let isRequestComplete = false
  let isResponseComplete = false
  let closesConnection = false
  const parser = createResponseParser({
    onContinue: () => listener?.onContinue(),
    onHeaders(head) {
      closesConnection = head.closesConnection
      listener?.onHeaders(head)
    },
    onData: (bytes) => listener?.onData(bytes),
    onComplete(last) {
      isResponseComplete = true
      listener?.onComplete(last)
      releaseIfComplete()
    },
  })
  const socket = openSocket(address, buffers.read, receive)
  socket.once('connect', owner.onConnect).once('close', onClose)
  socket.on('error', () => {}).on('drain', () => listener?.onDrain())
  socket.once('end', () => parser.end() || fail(null))
  const connection: UpstreamConnection = {
    isReused: () => isReused,
    isBroken: () => socket.errored !== null || socket.destroyed || socket.readableEnded,
    begin,
    send: (data) => writes.write(socket, data),
    flush: writes.flush,
    needsDrain: () => socket.writableNeedDrain,
    endRequest,
    truncateRequest,
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    abort: (of) => void (of === listener && destroy()),
    destroy,
  }
  return connection

  function begin(method: string, next: ResponseListener): void {
    listener = next
    isRequestComplete = false
    isResponseComplete = false
    parser.expect(method)
    if (connection.isBroken()) setImmediate(fail, null)
  }

  function receive(bytes: Buffer): void {
    try {
      parser.parse(bytes)
    } catch (error) {
      fail(error as Error)
    }
  }

  function endRequest(): void {
    isRequestComplete = true
    releaseIfComplete()
  }

  function truncateRequest(): void {
    writes.flush()
    socket.end()
  }

  function releaseIfComplete(): void {
    if (!listener || !isRequestComplete || !isResponseComplete) return
    listener = null
    if (closesConnection || connection.isBroken()) destroy()
    else becomeIdle()
  }

  function becomeIdle(): void {
    if (socket.isPaused()) socket.resume()
    isReused = true
    owner.onIdle(connection)
  }

  function onClose(): void {
    owner.onClose()
    fail(null)
  }

  function fail(malformed: Error | null): void {
    const failed = listener
    destroy()
    failed?.onError(malformed)
  }

  function destroy(): void {
    listener = null
    socket.destroy()
  }
}

/** A socket that reads into `buffer`; the bytes passed to `receive` are valid only during the call. */
function openSocket(address: Address, buffer: Buffer, receive: (bytes: Buffer) => void): Socket {
  const options = {
    ...('path' in address ? { path: address.path } : { ...address, noDelay: true, keepAlive: true }),
    highWaterMark: buffer.length,
    onread: {
      buffer,
      callback(count: number): boolean {
        receive(buffer.subarray(0, count))
        return true
      },
    },
  }
  return connect(options as NetConnectOpts)
}

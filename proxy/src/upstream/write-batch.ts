import type { Socket } from 'node:net'

const bufferBytes = 128 * 1024
/** A batch up to this size is copied when its socket has a backlog; a larger one keeps its buffer until the end. */
const maxCopiedBytes = 16 * 1024
/** Buffers kept for reuse: new allocations outside the heap would cause major garbage collections. */
const maxSpares = 32

/** Joins the writes of one event loop iteration into one system call per socket. */
export interface WriteBatch {
  /**
   * Writes bytes, or latin1 text, together with what follows for that socket in this iteration of the event
   * loop. Copies them, so the caller may reuse their memory at once.
   */
  write(socket: Socket, data: string | Buffer): void
  /** Writes everything buffered to its socket now. */
  flush(): void
}

/**
 * Creates a batch with one buffer for all sockets, because the writes of one iteration arrive socket by socket: a write
 * to another socket flushes the writes before it.
 */
export function createWriteBatch(): WriteBatch {
  const spares: Buffer[] = []
  let buffer = take()
  let filled = 0
  let owner: Socket | null = null
  let isFlushScheduled = false
  return { write, flush }

  function write(socket: Socket, data: string | Buffer): void {
    if (owner !== socket || filled + data.length > bufferBytes) flush()
    owner = socket
    if (data.length > bufferBytes) return void writeLarge(socket, data)
    filled += typeof data === 'string' ? buffer.write(data, filled, 'latin1') : data.copy(buffer, filled)
    if (isFlushScheduled) return
    isFlushScheduled = true
    setImmediate(flushScheduled)
  }

  function flushScheduled(): void {
    isFlushScheduled = false
    flush()
  }

  function flush(): void {
    const [socket, bytes] = [owner, filled]
    owner = null
    filled = 0
    if (socket === null || bytes === 0 || socket.destroyed) return
    const written = buffer
    if (bytes > maxCopiedBytes) {
      buffer = take()
      socket.write(written.subarray(0, bytes), () => keep(written))
    } else if (socket.writableLength > 0) {
      // The socket has a backlog, so this write is queued, and the buffer is about to be reused.
      socket.write(Buffer.from(written.subarray(0, bytes)))
    } else {
      socket.write(written.subarray(0, bytes))
      // The kernel did not take all of it, so the socket keeps this buffer and the batch gets a new one.
      if (socket.writableLength > 0) buffer = take()
    }
  }

  function take(): Buffer {
    return spares.pop() ?? Buffer.allocUnsafeSlow(bufferBytes)
  }

  function keep(spare: Buffer): void {
    if (spares.length < maxSpares) spares.push(spare)
  }
}

function writeLarge(socket: Socket, data: string | Buffer): void {
  if (typeof data === 'string') socket.write(data, 'latin1')
  else socket.write(Buffer.from(data))
}

/**
 * A function that resolves in the next iteration of the event loop, with one `setImmediate` for all its
 * callers.
 */
export function createNextImmediate(): () => Promise<void> {
  let next: Promise<void> | null = null
  return function nextImmediate() {
    next ??= new Promise((resolve) => {
      setImmediate(() => {
        next = null
        resolve()
      })
    })
    return next
  }
}

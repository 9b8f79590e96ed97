import type { Address } from '@pushav/shared/settings.ts'
import { dial } from './dial.ts'
import { flush, gather, type Piece } from './gathering.ts'
import { createResponseParser, type ResponseHandler } from './upstream/response-parser.ts'

/** Hears of one request what becomes of it. */
export interface ResponseListener extends ResponseHandler {
  /** Ingest takes more of the body again. */
  onDrain(): void
  /** The connection is gone, or what came over it is no answer. Told at most once, and nothing after it. */
  onError(reason: Error | null): void
}

/** A connection to ingest, which carries one request after the other. */
export interface Lane {
  /** Whether it was idle before this request: ingest may have closed it meanwhile. */
  isReused(): boolean
  /** Whether it is known that nothing gets through any more. */
  isBroken(): boolean
  begin(method: string, listener: ResponseListener): void
  /** Together with what else comes in this turn of the event loop. The piece is copied. */
  send(piece: Piece): void
  /** Not later than now. */
  flush(): void
  /** Whether ingest has enough for now; `drained` tells when it has not any more. */
  needsDrain(): boolean
  /** The request is complete; once its answer is, too, the lane is free for the next one. */
  endRequest(): void
  /** Ingest sees the end of the connection behind all that was sent. */
  truncateRequest(): void
  pause(): void
  resume(): void
  /** The request comes to nothing, and the lane with it, if it still is that listener's. */
  abort(told: ResponseListener): void
  destroy(): void
}

/** Hears of a lane what becomes of it. */
export interface ConnectionOwner {
  onConnect(): void
  /** It is free for the next request. */
  onIdle(lane: Lane): void
  onClose(): void
}

export function openLane(address: Address, keeper: ConnectionOwner): Lane {
  let listener: ResponseListener | null = null
  let isKept = false
  let isSent = false
  let isAnswered = false
  let closesConnection = false
  const parser = createResponseParser({
    onContinue: () => listener?.onContinue(),
    onHeaders(head) {
      closesConnection = head.closesConnection
      listener?.onHeaders(head)
    },
    onData: (bytes) => listener?.onData(bytes),
    onComplete(last) {
      isAnswered = true
      listener?.onComplete(last)
      settle()
    },
  })
  const socket = dial(address, receive)
  socket.once('connect', keeper.onConnect).once('close', closed)
  socket.on('error', () => {}).on('drain', () => listener?.onDrain())
  socket.once('end', () => parser.end() || lose(null))
  const lane: Lane = {
    isReused: () => isKept,
    isBroken: () => socket.errored !== null || socket.destroyed || socket.readableEnded,
    begin,
    send: (piece) => gather(socket, piece),
    flush,
    needsDrain: () => socket.writableNeedDrain,
    endRequest,
    truncateRequest,
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    abort: (told) => void (told === listener && destroy()),
    destroy,
  }
  return lane

  function begin(method: string, next: ResponseListener): void {
    listener = next
    isSent = false
    isAnswered = false
    parser.expect(method)
    if (lane.isBroken()) setImmediate(lose, null)
  }

  function receive(bytes: Buffer): void {
    try {
      parser.parse(bytes)
    } catch (error) {
      lose(error as Error)
    }
  }

  function endRequest(): void {
    isSent = true
    settle()
  }

  function truncateRequest(): void {
    flush()
    socket.end()
  }

  function settle(): void {
    if (!listener || !isSent || !isAnswered) return
    listener = null
    if (closesConnection || lane.isBroken()) destroy()
    else free()
  }

  function free(): void {
    if (socket.isPaused()) socket.resume()
    isKept = true
    keeper.onIdle(lane)
  }

  function closed(): void {
    keeper.onClose()
    lose(null)
  }

  function lose(reason: Error | null): void {
    const told = listener
    destroy()
    told?.onError(reason)
  }

  function destroy(): void {
    listener = null
    socket.destroy()
  }
}

import type { Address } from '@pushav/shared/settings.ts'
import { type AnswerReader, createAnswerParser } from './answer-parser.ts'
import { dial } from './dial.ts'
import { flush, gather, type Piece } from './gathering.ts'

/** Hears of one request what becomes of it. */
export interface LaneListener extends AnswerReader {
  /** Ingest takes more of the body again. */
  drained(): void
  /** The connection is gone, or what came over it is no answer. Told at most once, and nothing after it. */
  lost(reason: Error | null): void
}

/** A connection to ingest, which carries one request after the other. */
export interface Lane {
  /** Whether it was idle before this request: ingest may have closed it meanwhile. */
  isKept(): boolean
  /** Whether it is known that nothing gets through any more. */
  isBroken(): boolean
  begin(method: string, listener: LaneListener): void
  /** Together with what else comes in this turn of the event loop. The piece is copied. */
  send(piece: Piece): void
  /** Not later than now. */
  flush(): void
  /** Whether ingest has enough for now; `drained` tells when it has not any more. */
  isFull(): boolean
  /** The request is complete; once its answer is, too, the lane is free for the next one. */
  finish(): void
  /** Ingest sees the end of the connection behind all that was sent. */
  cutOff(): void
  pause(): void
  resume(): void
  /** The request comes to nothing, and the lane with it, if it still is that listener's. */
  abandon(told: LaneListener): void
  destroy(): void
}

/** Hears of a lane what becomes of it. */
export interface LaneKeeper {
  opened(): void
  /** It is free for the next request. */
  freed(lane: Lane): void
  closed(): void
}

export function openLane(address: Address, keeper: LaneKeeper): Lane {
  let listener: LaneListener | null = null
  let isKept = false
  let isSent = false
  let isAnswered = false
  let isLast = false
  const parser = createAnswerParser({
    continued: () => listener?.continued(),
    answered(head) {
      isLast = head.isLast
      listener?.answered(head)
    },
    came: (bytes) => listener?.came(bytes),
    ended(last) {
      isAnswered = true
      listener?.ended(last)
      settle()
    },
  })
  const socket = dial(address, receive)
  socket.once('connect', keeper.opened).once('close', closed)
  socket.on('error', () => {}).on('drain', () => listener?.drained())
  socket.once('end', () => parser.close() || lose(null))
  const lane: Lane = {
    isKept: () => isKept,
    isBroken: () => socket.errored !== null || socket.destroyed || socket.readableEnded,
    begin,
    send: (piece) => gather(socket, piece),
    flush,
    isFull: () => socket.writableNeedDrain,
    finish,
    cutOff,
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    abandon: (told) => void (told === listener && destroy()),
    destroy,
  }
  return lane

  function begin(method: string, next: LaneListener): void {
    listener = next
    isSent = false
    isAnswered = false
    parser.expect(method)
    if (lane.isBroken()) setImmediate(lose, null)
  }

  function receive(bytes: Buffer): void {
    try {
      parser.take(bytes)
    } catch (error) {
      lose(error as Error)
    }
  }

  function finish(): void {
    isSent = true
    settle()
  }

  function cutOff(): void {
    flush()
    socket.end()
  }

  function settle(): void {
    if (!listener || !isSent || !isAnswered) return
    listener = null
    if (isLast || lane.isBroken()) destroy()
    else free()
  }

  function free(): void {
    if (socket.isPaused()) socket.resume()
    isKept = true
    keeper.freed(lane)
  }

  function closed(): void {
    keeper.closed()
    lose(null)
  }

  function lose(reason: Error | null): void {
    const told = listener
    destroy()
    told?.lost(reason)
  }

  function destroy(): void {
    listener = null
    socket.destroy()
  }
}

import type { Socket } from 'node:net'

/** Text holds no character beyond latin1. */
export type Piece = string | Buffer

const roomBytes = 128 * 1024
/** Where pieces become one: for all sockets, as what comes in one turn of the event loop comes socket by socket. */
let room = Buffer.allocUnsafeSlow(roomBytes)
let filled = 0
let owner: Socket | null = null
let isDue = false

/** Goes out with what else comes for that socket in this turn. Copied, so that the piece is free at once. */
export function gather(socket: Socket, piece: Piece): void {
  if (owner !== socket || filled + piece.length > roomBytes) flush()
  owner = socket
  if (piece.length > roomBytes) return void write(socket, piece)
  filled += typeof piece === 'string' ? room.write(piece, filled, 'latin1') : piece.copy(room, filled)
  if (isDue) return
  isDue = true
  setImmediate(beDue)
}

/** Sends what is gathered, whosever it is. */
export function flush(): void {
  const [socket, bytes] = [owner, filled]
  owner = null
  filled = 0
  if (socket === null || bytes === 0 || socket.destroyed) return
  // Whoever is behind already waits for some time: the room is not lent for so long.
  if (socket.writableLength > 0) return void socket.write(Buffer.from(room.subarray(0, bytes)))
  socket.write(room.subarray(0, bytes))
  if (socket.writableLength > 0) room = Buffer.allocUnsafeSlow(roomBytes)
}

function beDue(): void {
  isDue = false
  flush()
}

function write(socket: Socket, piece: Piece): void {
  if (typeof piece === 'string') socket.write(piece, 'latin1')
  else socket.write(Buffer.from(piece))
}

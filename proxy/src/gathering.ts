import type { Socket } from 'node:net'

/** Text holds no character beyond latin1. */
export type Piece = string | Buffer

/** Two ways to write many pieces with one call of the system. */
export function gathering(socket: Socket) {
  let isGathering = false
  return { sendNow, send }

  function sendNow(pieces: readonly Piece[]): void {
    socket.cork()
    for (const piece of pieces) write(piece)
    socket.uncork()
  }

  function send(pieces: readonly Piece[]): boolean {
    if (!isGathering) {
      isGathering = true
      socket.cork()
      setImmediate(flush)
    }
    let mayGoOn = true
    for (const piece of pieces) mayGoOn = write(piece)
    return mayGoOn
  }

  function flush(): void {
    isGathering = false
    socket.uncork()
  }

  function write(piece: Piece): boolean {
    return typeof piece === 'string' ? socket.write(piece, 'latin1') : socket.write(piece)
  }
}

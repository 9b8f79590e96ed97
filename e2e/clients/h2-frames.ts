/** The types of frames (RFC 9113, 6). */
export const kinds = {
  data: 0,
  headers: 1,
  reset: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
} as const
export const flags = { ack: 1, endStream: 1, endHeaders: 4 } as const
export const preface = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

/** One frame as it was received. */
export interface Frame {
  readonly kind: number
  readonly flags: number
  readonly id: number
  readonly payload: Buffer
}

const headBytes = 9

export function frame(kind: number, flags: number, id: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(headBytes)
  head.writeUIntBE(payload.length, 0, 3)
  head.writeUInt8(kind, 3)
  head.writeUInt8(flags, 4)
  head.writeUInt32BE(id, 5)
  return Buffer.concat([head, payload])
}

/** The header block of an upload, which adds nothing to the dynamic table (RFC 7541, 6.2.2). */
export const uploadHead = (path: string): Buffer =>
  Buffer.concat([literal(2, 'PUT'), Buffer.from([0x87]), literal(1, 'localhost'), literal(4, path)])

/** A header field without indexing; `name` is an index of the static table (RFC 7541, 6.2.2). */
const literal = (name: number, value: string): Buffer =>
  Buffer.concat([Buffer.from([name, Buffer.byteLength(value)]), Buffer.from(value)])

/** Returns a function that takes bytes in pieces of any length, and calls `take` with each complete frame. */
export function frameReader(take: (frame: Frame) => void): (bytes: Buffer) => void {
  let held: Buffer = Buffer.alloc(0)
  return function read(bytes) {
    held = held.length === 0 ? bytes : Buffer.concat([held, bytes])
    while (held.length >= headBytes) {
      const end = headBytes + held.readUIntBE(0, 3)
      if (held.length < end) return
      const [kind, flags, id] = [held.readUInt8(3), held.readUInt8(4), held.readUInt32BE(5)]
      take({ kind, flags, id, payload: held.subarray(headBytes, end) })
      held = held.subarray(end)
    }
  }
}

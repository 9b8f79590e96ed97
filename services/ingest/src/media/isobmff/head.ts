const nothing: Buffer = Buffer.alloc(0)

/** Keeps the first bytes of what arrives in parts. */
export function createHead(most: number) {
  let room = nothing
  let length = 0
  return {
    add(bytes: Buffer): void {
      if (room === nothing) room = Buffer.allocUnsafe(most)
      if (length < most) length += bytes.copy(room, length, 0, Math.min(bytes.length, most - length))
    },
    bytes: (): Buffer => room.subarray(0, length),
  }
}

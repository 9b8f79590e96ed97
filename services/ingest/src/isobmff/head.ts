/** Keeps the first bytes of what arrives in pieces. */
export function createHead(most: number) {
  const room = Buffer.alloc(most)
  let length = 0
  return {
    add(bytes: Buffer): void {
      if (length < most) length += bytes.copy(room, length, 0, Math.min(bytes.length, most - length))
    },
    bytes: (): Buffer => room.subarray(0, length),
  }
}

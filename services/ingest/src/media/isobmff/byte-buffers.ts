const empty: Buffer = Buffer.alloc(0)
const initialBytes = 4_096

/**
 * A buffer that grows: joins a box's body out of the parts it arrives in. It allocates at most twice the
 * bytes that are really there.
 */
export function createGrowingBuffer() {
  let buffer = empty
  let length = 0
  return { length: () => length, add, drain }

  function add(more: Buffer): void {
    const needed = length + more.length
    if (needed > buffer.length) buffer = grownTo(Math.max(initialBytes, needed * 2))
    more.copy(buffer, length)
    length = needed
  }

  function grownTo(size: number): Buffer {
    const bigger = Buffer.allocUnsafe(size)
    buffer.copy(bigger, 0, 0, length)
    return bigger
  }

  /** All bytes added since the last call; the buffer is empty afterwards. */
  function drain(): Buffer {
    const all = buffer.subarray(0, length)
    buffer = empty
    length = 0
    return all
  }
}

/** Keeps the first `maxBytes` bytes of a body that arrives in parts, and passes over the rest. */
export function createHeadBuffer(maxBytes: number) {
  let buffer = empty
  let length = 0
  return {
    add(bytes: Buffer): void {
      if (buffer === empty) buffer = Buffer.allocUnsafe(maxBytes)
      if (length < maxBytes)
        length += bytes.copy(buffer, length, 0, Math.min(bytes.length, maxBytes - length))
    },
    bytes: (): Buffer => buffer.subarray(0, length),
  }
}

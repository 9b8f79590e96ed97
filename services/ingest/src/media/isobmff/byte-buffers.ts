const nothing: Buffer = Buffer.alloc(0)
const firstRoom = 4_096

/** Puts a box's body together out of the parts it arrives in; room grows with what is there, at most to double. */
export function createCollection() {
  let room = nothing
  let length = 0
  return { length: () => length, add, take }

  function add(more: Buffer): void {
    const needed = length + more.length
    if (needed > room.length) room = moved(Math.max(firstRoom, needed * 2))
    more.copy(room, length)
    length = needed
  }

  function moved(size: number): Buffer {
    const bigger = Buffer.allocUnsafe(size)
    room.copy(bigger, 0, 0, length)
    return bigger
  }

  /** All of it; the next collection starts empty. */
  function take(): Buffer {
    const all = room.subarray(0, length)
    room = nothing
    length = 0
    return all
  }
}

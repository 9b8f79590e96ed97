import { randomFillSync } from 'node:crypto'
import { v7 } from 'uuid'

const idBytes = 16
const pool = Buffer.alloc(256 * idBytes)
let used = pool.length

/** A fresh UUIDv7. Its randomness is drawn for many at once: the system takes as long for one as for all of them. */
export function newId(): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += idBytes
  return v7({ random: pool.subarray(used - idBytes, used) })
}

import { randomFillSync } from 'node:crypto'
import { v7 } from 'uuid'

const idBytes = 16
// Shared by all callers: the system takes as long for one draw of random bytes as for 256.
const pool = Buffer.alloc(256 * idBytes)
let used = pool.length

/** A UUIDv7. */
export function newId(): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += idBytes
  return v7({ random: pool.subarray(used - idBytes, used) })
}

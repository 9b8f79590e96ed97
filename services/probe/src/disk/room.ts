import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { glob, lstat, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { initName, objectName } from '../domain/invocation.ts'
import type { FurnishRoom, Room } from '../use-cases/ports.ts'

const prefix = 'pushav-room-'
const abandonedMs = 600_000

/**
 * The object as a link to its bytes, so that ffprobe may seek in it; the init segment as a copy, for it may be
 * cut. Synchronous: a few names in a temporary folder cost less than handing each over to another thread.
 */
export function createRoom(object: string | null, init: Buffer | null): Room {
  const directory = mkdtempSync(join(tmpdir(), prefix))
  const remove = (): void => rmSync(directory, { recursive: true, force: true })
  try {
    if (object !== null) symlinkSync(object, join(directory, objectName))
    if (init !== null) writeFileSync(join(directory, initName), init)
  } catch (error) {
    remove()
    throw error
  }
  const files = [...(init ? [initName] : []), ...(object ? [objectName] : [])]
  return { directory, files, [Symbol.dispose]: remove }
}

/** A room whose object has to be brought first. */
export const furnishRoom: FurnishRoom = async (init, bring) => {
  const room = createRoom(null, init)
  try {
    await bring(join(room.directory, objectName))
    return { ...room, files: [...room.files, objectName] }
  } catch (error) {
    room[Symbol.dispose]()
    throw error
  }
}

/** Removes the rooms that killed workers left behind long ago; one that another user owns stays. */
export async function removeAbandonedRooms(now: number): Promise<void> {
  for await (const name of glob(`${prefix}*`, { cwd: tmpdir() })) {
    const room = join(tmpdir(), name)
    if (now - (await lastChange(room)) > abandonedMs)
      await rm(room, { recursive: true, force: true }).catch(() => {})
  }
}

/** A large object is brought for long. Never, for a room that has just gone. */
async function lastChange(room: string): Promise<number> {
  const never = { mtimeMs: Number.POSITIVE_INFINITY }
  const made = await stat(room).catch(() => never)
  const brought = await lstat(join(room, objectName)).catch(() => made)
  return Math.max(made.mtimeMs, brought.mtimeMs)
}

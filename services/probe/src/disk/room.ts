import { glob, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { initName, objectName } from '../domain/invocation.ts'
import type { Room } from '../use-cases/ports.ts'

const prefix = 'pushav-room-'
const abandonedMs = 600_000

/** The object as a link to its bytes, so that ffprobe may seek in it; the init segment as a copy, for it may be cut. */
export async function createRoom(object: string | null, init: Buffer | null): Promise<Room> {
  await using undo = new AsyncDisposableStack()
  const directory = await mkdtemp(join(tmpdir(), prefix))
  undo.defer(() => rm(directory, { recursive: true, force: true }))

  if (object !== null) await symlink(object, join(directory, objectName))
  if (init !== null) await writeFile(join(directory, initName), init)
  const files = [...(init ? [initName] : []), ...(object ? [objectName] : [])]
  const kept = undo.move()
  return { directory, files, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

/** Removes the rooms that killed workers left behind long ago; one that another user owns stays. */
export async function removeAbandonedRooms(now: number): Promise<void> {
  for await (const name of glob(`${prefix}*`, { cwd: tmpdir() })) {
    const room = join(tmpdir(), name)
    const age = now - (await stat(room).catch(() => ({ mtimeMs: now }))).mtimeMs
    if (age > abandonedMs) await rm(room, { recursive: true, force: true }).catch(() => {})
  }
}

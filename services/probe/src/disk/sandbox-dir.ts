import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { glob, lstat, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { initName, objectName } from '../domain/invocation.ts'
import type { DownloadInto, SandboxDir, SandboxOf } from '../use-cases/ports.ts'

const prefix = 'pushav-sandbox-'
const staleAfterMs = 600_000

/**
 * Creates a sandbox directory. The object is a symbolic link to its bytes, because ffprobe seeks in it. The init
 * segment is a copy, because it may be the truncated head of a file. The calls are synchronous: a few files in a
 * temporary folder cost less than handing each over to the thread pool.
 */
export function createSandboxDir(object: string | null, init: Buffer | null): SandboxDir {
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

/** Creates a sandbox directory for an object that is in memory. */
export const sandboxOf: SandboxOf = (object, init) =>
  downloadInto(init, async (path) => writeFileSync(path, object))

/** Creates a sandbox directory whose object is downloaded. */
export const downloadInto: DownloadInto = async (init, download) => {
  const sandbox = createSandboxDir(null, init)
  try {
    await download(join(sandbox.directory, objectName))
    return { ...sandbox, files: [...sandbox.files, objectName] }
  } catch (error) {
    sandbox[Symbol.dispose]()
    throw error
  }
}

/** Removes directories that killed workers of this user left behind. `now` is in milliseconds since 1970. */
export async function removeStaleSandboxDirs(now: number): Promise<void> {
  for await (const name of glob(`${prefix}*`, { cwd: tmpdir() })) {
    const directory = join(tmpdir(), name)
    if (now - (await lastChange(directory)) > staleAfterMs)
      await rm(directory, { recursive: true, force: true }).catch(() => {})
  }
}

/**
 * When a directory or the object in it was last written, in milliseconds since 1970: a large download takes long.
 * Infinity for a directory that no longer exists.
 */
async function lastChange(directory: string): Promise<number> {
  const never = { mtimeMs: Number.POSITIVE_INFINITY }
  const created = await stat(directory).catch(() => never)
  const downloaded = await lstat(join(directory, objectName)).catch(() => created)
  return Math.max(created.mtimeMs, downloaded.mtimeMs)
}

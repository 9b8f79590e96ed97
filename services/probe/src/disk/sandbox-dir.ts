import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { glob, lstat, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { initName, objectName } from '../domain/invocation.ts'
import type { DownloadInto, SandboxDir, SandboxOf } from '../use-cases/ports.ts'

const prefix = 'pushav-sandbox-'
const staleAfterMs = 600_000

/**
 * The object as a symbolic link to its bytes, because ffprobe seeks in it; the init segment as a copy, because it may
 * be the truncated head of a file. Synchronous: a few names in a temporary folder cost less than handing each over to
 * the thread pool.
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

/** A sandbox directory whose object is in memory. */
export const sandboxOf: SandboxOf = (object, init) =>
  downloadInto(init, async (path) => writeFileSync(path, object))

/** A sandbox directory whose object is downloaded rather than linked. */
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

/** Removes the directories that killed workers left behind; `now` is in milliseconds. Those of another user stay. */
export async function removeStaleSandboxDirs(now: number): Promise<void> {
  for await (const name of glob(`${prefix}*`, { cwd: tmpdir() })) {
    const directory = join(tmpdir(), name)
    if (now - (await lastChange(directory)) > staleAfterMs)
      await rm(directory, { recursive: true, force: true }).catch(() => {})
  }
}

/** The object counts too: a large download takes long. Infinity for a directory that no longer exists. */
async function lastChange(directory: string): Promise<number> {
  const never = { mtimeMs: Number.POSITIVE_INFINITY }
  const created = await stat(directory).catch(() => never)
  const downloaded = await lstat(join(directory, objectName)).catch(() => created)
  return Math.max(created.mtimeMs, downloaded.mtimeMs)
}

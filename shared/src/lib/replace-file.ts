import { randomUUID } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/**
 * Writes a file beside its place and renames it, so that a reader sees the old content or the new, never a part. When
 * that fails, what was there stays, and the error is thrown. Names that begin with `.new-` are files in the making.
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
): Promise<void> {
  const fresh = join(dirname(path), `.new-${randomUUID()}`)
  try {
    await writeFile(fresh, content, { flag: 'wx' })
    await rename(fresh, path)
  } catch (error) {
    await rm(fresh, { force: true })
    throw error
  }
}

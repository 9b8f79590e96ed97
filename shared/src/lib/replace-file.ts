import { randomUUID } from 'node:crypto'
import { open, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/**
 * Writes a new file in the same folder, named `.new-…`, and renames it, so that a reader sees the old content or the
 * new one, never a part. Throws the system's error and keeps the old content. With `isFlushed`, the new content
 * survives a loss of power once the call has resolved.
 */
export async function replaceFile(
  path: string,
  content: string | Uint8Array | AsyncIterable<Uint8Array>,
  { isFlushed = false }: { readonly isFlushed?: boolean } = {},
): Promise<void> {
  const fresh = join(dirname(path), `.new-${randomUUID()}`)
  try {
    await writeFile(fresh, content, { flag: 'wx', flush: isFlushed })
    await rename(fresh, path)
    if (isFlushed) await flushFolder(dirname(path))
  } catch (error) {
    await rm(fresh, { force: true })
    throw error
  }
}

async function flushFolder(path: string): Promise<void> {
  await using folder = await open(path)
  await folder.sync()
}

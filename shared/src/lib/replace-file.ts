import { randomUUID } from 'node:crypto'
import { open, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/**
 * Writes a file beside its place and renames it, so that a reader sees the old content or the new, never a part. Until
 * then its name begins with `.new-`. Throws the system's error and leaves the old content. With `isFlushed`, file and
 * name outlive a loss of power once it resolves.
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

import { statfs } from 'node:fs/promises'

/**
 * What this process may still write to a folder's file system, in bytes; without a limit where that does not say its
 * size, as some network file systems do not. Throws the system's error.
 */
export async function freeBytesIn(folder: string): Promise<number> {
  const { blocks, bavail, bsize } = await statfs(folder)
  return blocks === 0 ? Number.MAX_SAFE_INTEGER : bavail * bsize
}

import { statfs } from 'node:fs/promises'

/** What this process may still write to a folder's file system, in bytes. Throws the system's error. */
export async function freeBytesIn(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

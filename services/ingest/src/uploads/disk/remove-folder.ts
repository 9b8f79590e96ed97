import { rename, rm } from 'node:fs/promises'
import { errorCode } from '@pushav/shared/lib/error-code.ts'

/**
 * Removes a folder into which the disk thread may still write: it is renamed first, so that nothing comes in
 * meanwhile. (Node's `rm` of a folder that is written to has been seen to never end.) A removal that a crash cut off
 * is finished by the next one. Throws the system's error.
 */
export async function removeFolder(path: string): Promise<void> {
  const renamed = `${path}.deleted`
  await rm(renamed, { recursive: true, force: true })
  try {
    await rename(path, renamed)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return
    throw error
  }
  await rm(renamed, { recursive: true, force: true })
}

import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { errorCode } from '@pushav/shared/lib/error-code.ts'

/**
 * Makes a directory and its parents. Throws the error of `mkdir`, also when a file has that path. Node's `recursive`
 * option is not used, because it never returns on a file system whose `mkdir` keeps failing with ENOENT.
 */
export async function makeDirectory(path: string): Promise<void> {
  if (await isDirectory(path)) return
  if (dirname(path) !== path) await makeDirectory(dirname(path))
  try {
    await mkdir(path)
  } catch (error) {
    if (errorCode(error) !== 'EEXIST' || !(await isDirectory(path))) throw error
  }
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false
    throw error
  }
}

/** Why a directory cannot be made or used, for the user. */
export function unusableBecause(error: unknown): string {
  const code = errorCode(error)
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not write there'
  if (code === 'EEXIST' || code === 'ENOTDIR') return 'a file is in the way'
  if (code === 'ENOENT') return 'it cannot be made there'
  if (code === 'EROFS') return 'the disk is read-only'
  if (code === 'ENOSPC') return 'the disk is full'
  return error instanceof Error ? error.message : String(error)
}

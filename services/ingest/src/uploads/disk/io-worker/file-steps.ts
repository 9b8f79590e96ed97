import {
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { errorCode } from '@pushav/shared/lib/error-code.ts'
import type { Create, Link, Unlink } from './transaction.ts'

const maxTries = 10

export function createFile({ path, bytes }: Create): void {
  const file = openSync(path, 'wx')
  try {
    writeAll(file, bytes)
  } catch (error) {
    rmSync(path, { force: true })
    throw error
  } finally {
    closeSync(file)
  }
}

export function linkFile({ path, target, temporaryPath }: Link): void {
  if (inFolderOf(path, () => linkIfFree(target, path))) return
  symlinkSync(target, temporaryPath)
  try {
    inFolderOf(path, () => renameSync(temporaryPath, path))
  } catch (error) {
    rmSync(temporaryPath, { force: true })
    throw error
  }
}

export function unlinkFile({ path, removesFolder }: Unlink): void {
  rmSync(path, { force: true })
  if (removesFolder) rmdirSync(dirname(path))
}

/** Writes all bytes, in as many calls as the system needs. */
export function writeAll(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
}

/** False when the path is taken. */
function linkIfFree(target: string, path: string): boolean {
  try {
    symlinkSync(target, path)
    return true
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
}

/** Makes the folder where it is missing; deleting the last object in it may take it away again at once. */
function inFolderOf<Result>(path: string, work: () => Result): Result {
  for (let tries = 1; ; tries++) {
    try {
      return work()
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' || tries > maxTries) throw error
      mkdirSync(dirname(path), { recursive: true })
    }
  }
}

import {
  closeSync,
  fsyncSync,
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

/** Writes a new file whole, or none. Throws the system's error, such as `EEXIST`. */
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

/** Flushes a file, or the names in a folder, to the disk. */
export function syncPath(path: string): void {
  const file = openSync(path, 'r')
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/**
 * The folders whose names a new path has changed: its own, and where some were made, those up to the one above them.
 */
export function foldersOf(path: string, made?: string): readonly string[] {
  const folders = [dirname(path)]
  if (made === undefined) return folders
  const top = dirname(made)
  for (let folder = dirname(path); folder !== top; ) {
    folder = dirname(folder)
    folders.push(folder)
  }
  return folders
}

/** Links a path to a target in place of what it links to. The topmost folder that had to be made; undefined for none. */
export function linkFile({ path, target, temporaryPath }: Link): string | undefined {
  const linked = inFolderOf(path, () => linkIfFree(target, path))
  if (linked.result) return linked.made
  symlinkSync(target, temporaryPath)
  try {
    return inFolderOf(path, () => renameSync(temporaryPath, path)).made ?? linked.made
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
function inFolderOf<Result>(
  path: string,
  work: () => Result,
): { readonly result: Result; readonly made: string | undefined } {
  let made: string | undefined
  for (let tries = 1; ; tries++) {
    try {
      return { result: work(), made }
    } catch (error) {
      if (errorCode(error) !== 'ENOENT' || tries > maxTries) throw error
      made = mkdirSync(dirname(path), { recursive: true }) ?? made
    }
  }
}

import { randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { errorCode } from '@pushav/shared/lib/error-code.ts'

/** A file beside its place, flushed to the disk, that does not have its name yet. */
export interface StagedFile {
  /** Takes its name in one step, from the file that has it now. */
  replace(): Promise<void>
  /** Takes its name unless a file has it; that one stays. */
  createIfAbsent(): Promise<void>
  discard(): Promise<void>
}

/** Writes a staged file. Its first name begins with a dot, as no certificate's does. */
export async function stageFile(path: string, text: string, mode: number): Promise<StagedFile> {
  const fresh = join(dirname(path), `.new-${randomUUID()}`)
  const discard = () => rm(fresh, { force: true })
  await writeFile(fresh, text, { mode, flag: 'wx', flush: true }).catch(async (error) => {
    await discard()
    throw error
  })
  return {
    replace: () => rename(fresh, path),
    createIfAbsent: () => linkIfAbsent(fresh, path).finally(discard),
    discard,
  }
}

/** A file's text; null when there is no such file. */
export async function readIfExists(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(errorCode(error))) return null
    throw error
  }
}

async function linkIfAbsent(fresh: string, path: string): Promise<void> {
  try {
    await link(fresh, path)
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error
  }
}

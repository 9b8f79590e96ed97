import { randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

export const privateMode = 0o600
export const publicMode = 0o644

/** A file written beside its place, on the disk already, that nobody sees yet. */
export interface StagedFile {
  /** Takes the place of what is there, at once. */
  replace(): Promise<void>
  /** Takes the place only if it is free; says whether it was. */
  claim(): Promise<boolean>
  discard(): Promise<void>
}

/** Names that begin with a dot are never a certificate's. */
export async function stageFile(path: string, text: string, mode: number): Promise<StagedFile> {
  const fresh = join(dirname(path), `.new-${randomUUID()}`)
  const discard = () => rm(fresh, { force: true })
  await writeFile(fresh, text, { mode, flag: 'wx', flush: true }).catch(async (error) => {
    await discard()
    throw error
  })
  return {
    replace: () => rename(fresh, path),
    claim: () => claim(fresh, path).finally(discard),
    discard,
  }
}

/** Null where there is no such file. */
export async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(codeOf(error))) return null
    throw error
  }
}

export const codeOf = (error: unknown): string => (error as NodeJS.ErrnoException).code ?? ''

async function claim(fresh: string, path: string): Promise<boolean> {
  try {
    await link(fresh, path)
    return true
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false
    throw error
  }
}

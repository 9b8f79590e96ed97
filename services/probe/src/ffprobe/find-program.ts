import { constants } from 'node:fs'
import { access, realpath } from 'node:fs/promises'
import { delimiter, join, resolve } from 'node:path'

/** The real path of a program, given by its path or by a name to look for in `searchPath`; null when there is none. */
export async function findProgram(name: string, searchPath: string): Promise<string | null> {
  const folders = searchPath.split(delimiter).filter(Boolean)
  const candidates = name.includes('/') ? [resolve(name)] : folders.map((folder) => join(folder, name))
  for (const candidate of candidates) {
    if (await isExecutable(candidate)) return realpath(candidate)
  }
  return null
}

const isExecutable = (path: string): Promise<boolean> =>
  access(path, constants.X_OK).then(
    () => true,
    () => false,
  )

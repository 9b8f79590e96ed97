import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, brotliDecompress, constants } from 'node:zlib'
import { errorCode } from '@pushav/shared/lib/error-code.ts'
import { createLru } from '@pushav/shared/lib/lru.ts'
import { replaceFile } from '@pushav/shared/lib/replace-file.ts'
import type { InspectionArchive } from '../../indexing/inspect-upload.ts'
import { bundleNameOf, type InspectionBundle, mayHold } from '../inspection-bundle.ts'

const compress = promisify(brotliCompress)
const decompress = promisify(brotliDecompress)
/** The playlists of a session repeat each other, some hundred kilobytes apart. */
const options = {
  params: {
    [constants.BROTLI_PARAM_QUALITY]: 5,
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
  },
}
const maxFolders = 64
const maxFiles = 4

interface Folder {
  readonly changedMs: number
  readonly names: readonly string[]
}

/** `inspections/<stream>/<name of a bundle>.json.br`. */
export function diskInspectionArchive(workingDirectory: string): InspectionArchive {
  const folders = createLru<string, Folder>(maxFolders)
  const files = createLru<string, InspectionBundle>(maxFiles)
  const folderOf = (stream: string) => join(workingDirectory, 'inspections', stream)
  return {
    async save(stream, inspections) {
      const folder = folderOf(stream)
      await mkdir(folder, { recursive: true })
      const name = `${bundleNameOf(inspections)}.json.br`
      const bytes = await compress(JSON.stringify(Object.fromEntries(inspections)), options)
      await replaceFile(join(folder, name), bytes, { isFlushed: true })
      folders.delete(stream)
    },
    async find(stream, upload) {
      for (const name of await namesIn(stream)) {
        if (!mayHold(name, upload)) continue
        const found = (await inspectionsIn(join(folderOf(stream), name)))[upload]
        if (found !== undefined) return found
      }
      return null
    },
    async removeStream(stream) {
      folders.delete(stream)
      await rm(folderOf(stream), { recursive: true, force: true })
    },
  }

  /** Listed again when another process has changed the folder. */
  async function namesIn(stream: string): Promise<readonly string[]> {
    const folder = folderOf(stream)
    try {
      const { mtimeMs: changedMs } = await stat(folder)
      const known = folders.get(stream)
      if (known?.changedMs === changedMs) return known.names
      const names = (await readdir(folder)).filter(
        (name) => name.endsWith('.json.br') && !name.startsWith('.'),
      )
      folders.set(stream, { changedMs, names })
      return names
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return []
      throw error
    }
  }

  async function inspectionsIn(path: string): Promise<InspectionBundle> {
    const known = files.get(path)
    if (known) return known
    // This process or another of its version wrote it.
    const found = JSON.parse((await decompress(await readFile(path))).toString()) as InspectionBundle
    files.set(path, found)
    return found
  }
}

import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** Disk use of a working directory. */
export interface DiskUse {
  readonly journalBytes: number
  /** Bytes of bodies, journals and links in blocks of the file system. */
  readonly allBytes: number
  /** Entries of the largest directory. */
  readonly maxEntries: number
}

export async function diskUse(workingDirectory: string): Promise<DiskUse> {
  const [uploads, streams, journals] = await Promise.all(
    ['uploads', 'streams', 'journals'].map((name) => walkFolder(join(workingDirectory, name))),
  )
  const all = [uploads, streams, journals].map((use) => use ?? nothing)
  return {
    journalBytes: journals?.bytes ?? 0,
    allBytes: all.reduce((sum, { blocks }) => sum + blocks, 0),
    maxEntries: Math.max(...all.map(({ entries }) => entries)),
  }
}

const nothing = { bytes: 0, blocks: 0, entries: 0 }
const blockBytes = 512
const atOnce = 256

async function walkFolder(folder: string): Promise<typeof nothing> {
  const found = await readdir(folder, { withFileTypes: true })
  const uses: (typeof nothing)[] = []
  for (let from = 0; from < found.length; from += atOnce) {
    const some = found.slice(from, from + atOnce)
    uses.push(...(await Promise.all(some.map((one) => useOf(join(folder, one.name), one.isDirectory())))))
  }
  return {
    bytes: uses.reduce((sum, { bytes }) => sum + bytes, 0),
    blocks: uses.reduce((sum, { blocks }) => sum + blocks, 0),
    entries: uses.reduce((most, { entries }) => Math.max(most, entries), found.length),
  }
}

async function useOf(path: string, isFolder: boolean): Promise<typeof nothing> {
  if (isFolder) return walkFolder(path)
  const { size, blocks } = await lstat(path)
  return { bytes: size, blocks: blocks * blockBytes, entries: 0 }
}

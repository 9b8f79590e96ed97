import { mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { extname, join, relative } from 'node:path'
import { pushAsCamera } from '../devices/camera.ts'
import type { RecordedObject } from '../media/matter-recording.ts'
import type { Target } from './recording.ts'

const types: Readonly<Record<string, string>> = {
  '.mpd': 'application/dash+xml',
  '.m3u8': 'application/vnd.apple.mpegurl',
  '.ts': 'video/mp2t',
}

const isManifest = (path: string): boolean => /\.(mpd|m3u8)$/.test(path)

/**
 * Pushes the files that a muxer writes to a folder: media in the order of their creation, then the manifests as they
 * are at the end.
 */
export async function pushFolder(to: Target, record: (folder: string) => Promise<unknown>): Promise<null> {
  const folder = join(to.media.directory, `stream-${to.stream}`)
  await mkdir(folder, { recursive: true })
  await record(folder)
  await pushAsCamera(to.server, to.device, to.stream, await objectsIn(folder))
  return null
}

async function objectsIn(folder: string): Promise<readonly RecordedObject[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async ({ parentPath, name }) => {
        const file = join(parentPath, name)
        const { birthtimeMs } = await stat(file)
        return { path: relative(folder, file), body: await readFile(file), birthtimeMs }
      }),
  )
  return files
    .sort((a, b) => Number(isManifest(a.path)) - Number(isManifest(b.path)) || a.birthtimeMs - b.birthtimeMs)
    .map(({ path, body }) => ({ path, body, type: types[extname(path)] ?? typeOf(path) }))
}

const typeOf = (path: string): string => (/audio|snd|\bs\d+\./.test(path) ? 'audio/mp4' : 'video/mp4')

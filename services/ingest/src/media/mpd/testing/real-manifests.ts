import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'

const execute = promisify(execFile)

const inputs = '-f lavfi -i testsrc2=s=64x48:r=10 -f lavfi -i sine=r=16000 -t 4'
const encode = '-pix_fmt yuv420p -c:v libx264 -preset ultrafast -g 10 -c:a aac -b:a 16k'

/** Ways of ffmpeg to write manifests, each into a folder of its own. */
const ways: readonly string[] = [
  '-f dash -seg_duration 1 -use_timeline 1 -hls_playlist 1',
  '-f dash -seg_duration 1 -use_timeline 0 -streaming 1 -ldash 1',
  '-f dash -seg_duration 1 -single_file 1',
]

export interface RealManifests {
  readonly mpds: readonly string[]
  readonly playlists: readonly string[]
}

/** What ffmpeg writes beside its segments. */
export async function makeManifests(): Promise<RealManifests> {
  const found: { name: string; text: string }[] = []
  for (const way of ways) {
    await using directory = await temporaryDirectory()
    const { path: cwd } = directory
    const args = `-v error -nostdin ${inputs} ${encode} ${way} index.mpd`
    await execute('ffmpeg', args.split(' '), { cwd })
    for (const name of await readdir(cwd))
      if (/\.(mpd|m3u8)$/.test(name)) found.push({ name, text: await readFile(join(cwd, name), 'utf8') })
  }
  const ending = (extension: string) =>
    found.filter(({ name }) => name.endsWith(extension)).map(({ text }) => text)
  return { mpds: ending('.mpd'), playlists: ending('.m3u8') }
}

import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'

const execute = promisify(execFile)

const video = '-f lavfi -i testsrc2=s=64x48:r=10'
const audio = '-f lavfi -i sine=r=16000'
const encode = '-t 1 -g 5 -pix_fmt yuv420p -c:v libx264 -preset ultrafast -c:a aac -b:a 16k'
const cmaf = '-f mp4 -movflags +cmaf+delay_moov+frag_keyframe+skip_trailer'
const key = `-encryption_scheme cenc-aes-ctr -encryption_key ${'01'.repeat(16)} -encryption_kid ${'00'.repeat(16)}`

/** Of a few KiB each, so that a mutation hits something. */
const files: Readonly<Record<string, string>> = {
  'video.mp4': `${video} ${encode} -write_prft wallclock ${cmaf}`,
  'audio.mp4': `${audio} ${encode} -frag_duration 300000 ${cmaf}`,
  'encrypted.mp4': `${video} ${encode} ${key} ${cmaf}`,
  'both.mp4': `${video} ${audio} ${encode} -f mp4 -movflags frag_keyframe+empty_moov`,
  'plain.mp4': `${video} ${audio} ${encode} -f mp4`,
  'sidx.mp4': `${video} ${encode} -f mp4 -movflags +dash+frag_keyframe+global_sidx`,
}

/** What ffmpeg makes of a second of pictures and sound, dressed differently. */
export async function makeSmallMedia(): Promise<readonly Buffer[]> {
  await using directory = await temporaryDirectory()
  const { path: cwd } = directory
  const made: Buffer[] = []
  for (const [name, options] of Object.entries(files)) {
    await execute('ffmpeg', ['-v', 'error', '-nostdin', '-threads', '1', ...options.split(' '), name], {
      cwd,
    })
    made.push(await readFile(join(cwd, name)))
  }
  return made
}

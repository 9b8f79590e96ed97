import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

/** Media as devices upload them, made with ffmpeg. The values are names of files in the folder. */
export const media = {
  plain: 'plain.mp4',
  fragmented: 'fragmented.mp4',
  transport: 'segment.ts',
  init: 'init-0.mp4',
  segment: 'segment-0-1.m4s',
  audioInit: 'init-1.mp4',
  audioSegment: 'segment-1-1.m4s',
} as const

export async function makeMedia(directory: string): Promise<void> {
  const sources = ['-f', 'lavfi', '-i', 'testsrc2=s=320x240:r=25', '-f', 'lavfi', '-i', 'sine']
  const ffmpeg = (...args: string[]) =>
    execute('ffmpeg', ['-v', 'error', '-threads', '1', ...args], { cwd: directory })
  const copyOf = ['-i', media.plain, '-map', '0', '-c', 'copy']

  await ffmpeg(...sources, '-t', '2', '-c:v', 'libx264', '-g', '25', '-c:a', 'aac', media.plain)
  await ffmpeg(...copyOf, '-movflags', 'frag_keyframe+empty_moov+default_base_moof', media.fragmented)
  await ffmpeg(...copyOf, media.transport)
  const names = ['-init_seg_name', 'init-$RepresentationID$.mp4']
  const segments = ['-media_seg_name', 'segment-$RepresentationID$-$Number$.m4s']
  await ffmpeg(...copyOf, '-f', 'dash', '-seg_duration', '1', ...names, ...segments, 'manifest.mpd')
}

/** The output of plain ffprobe for the concatenation of some files. */
export async function plainProbe(
  directory: string,
  ...names: string[]
): Promise<{ streams: unknown; format: object }> {
  const whole = join(directory, `whole-${names.join('-')}`)
  await writeFile(
    whole,
    Buffer.concat(await Promise.all(names.map((name) => readFile(join(directory, name))))),
  )
  const args = ['-v', 'error', '-show_streams', '-show_format', '-of', 'json', whole]
  return JSON.parse((await execute('ffprobe', args)).stdout)
}

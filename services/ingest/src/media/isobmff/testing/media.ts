import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const execute = promisify(execFile)

const video = ['-f', 'lavfi', '-i', 'testsrc2=s=128x96:r=25', '-t', '2', '-pix_fmt', 'yuv420p', '-g', '25']
const audio = ['-f', 'lavfi', '-i', 'sine=r=48000', '-t', '2']
const fragmented = ['-f', 'mp4', '-movflags', '+cmaf+delay_moov+frag_keyframe+skip_trailer']
const everyHalfSecond = ['-frag_duration', '500000', ...fragmented]
const key = ['-encryption_key', '00112233445566778899aabbccddeeff', '-encryption_kid', '00'.repeat(16)]

/** One CMAF track each, header and four segments or two, by file name. */
const tracks: Record<string, readonly string[]> = {
  'avc.mp4': [...video, '-c:v', 'libx264', '-profile:v', 'main', ...fragmented],
  'hevc.mp4': [
    ...video,
    '-c:v',
    'libx265',
    '-x265-params',
    'log-level=error',
    '-tag:v',
    'hvc1',
    ...fragmented,
  ],
  'av1.mp4': [...video, '-c:v', 'libsvtav1', '-preset', '12', ...fragmented],
  'vp9.mp4': [...video, '-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', ...fragmented],
  'aac.mp4': [...audio, '-c:a', 'aac', '-metadata:s:a:0', 'language=deu', ...everyHalfSecond],
  'opus.mp4': [...audio, '-c:a', 'libopus', ...everyHalfSecond],
  'eac3.mp4': [...audio, '-c:a', 'eac3', ...everyHalfSecond],
  'flac.mp4': [...audio, '-c:a', 'flac', '-strict', '-2', ...everyHalfSecond],
  'ac3.mp4': [...audio, '-c:a', 'ac3', ...everyHalfSecond],
  'mp3.mp4': [...audio, '-c:a', 'libmp3lame', ...everyHalfSecond],
}

const copy = (...options: string[]) => ['-i', 'avc.mp4', '-c', 'copy', ...options]
const both = ['-i', 'avc.mp4', '-i', 'aac.mp4', '-map', '0', '-map', '1', '-c', 'copy']

/** The same media in other dress. */
const dresses: Record<string, readonly string[]> = {
  'prft.mp4': copy('-write_prft', 'wallclock', ...fragmented),
  'sidx.mp4': copy('-f', 'mp4', '-movflags', '+dash+frag_keyframe+global_sidx'),
  'encrypted.mp4': copy('-encryption_scheme', 'cenc-aes-ctr', ...key, ...fragmented),
  'hev1.mp4': ['-i', 'hevc.mp4', '-c', 'copy', '-tag:v', 'hev1', ...fragmented],
  // base-data-offset, no word on the base, QuickTime, Smooth Streaming.
  'based.mp4': copy('-f', 'mp4', '-movflags', 'frag_keyframe+empty_moov'),
  'baseless.mp4': copy('-f', 'mp4', '-movflags', 'frag_every_frame+empty_moov+omit_tfhd_offset'),
  'based-sound.mp4': [
    '-i',
    'aac.mp4',
    '-c',
    'copy',
    '-frag_duration',
    '500000',
    '-f',
    'mp4',
    '-movflags',
    'empty_moov',
  ],
  'quicktime.mov': [...both, '-f', 'mov', '-movflags', 'frag_keyframe+empty_moov'],
  'smooth.ismv': [...both, '-f', 'ismv'],
  'plain.mp4': [...both, '-f', 'mp4'],
  'multiplexed.mp4': [...both, '-f', 'mp4', '-movflags', 'frag_keyframe+empty_moov'],
  'manifest.mpd': [...both, '-f', 'dash', '-seg_duration', '1', '-frag_type', 'every_frame'],
}

/** What devices push, made by ffmpeg. */
export async function makeMedia(directory: string): Promise<void> {
  for (const [name, options] of [...Object.entries(tracks), ...Object.entries(dresses)])
    await execute('ffmpeg', ['-v', 'error', '-nostdin', '-threads', '1', ...options, name], {
      cwd: directory,
      env: { ...process.env, SVT_LOG: '0' },
    })
}

export const trackNames = Object.keys(tracks)

interface Probe {
  readonly streams: readonly Record<string, unknown>[]
  readonly packets: readonly { readonly dts: number; readonly duration?: number; readonly flags: string }[]
}

/** What ffprobe says of files put one behind the other. */
export async function probe(directory: string, ...names: string[]): Promise<Probe> {
  const source = `concat:${names.join('|')}`
  const args = ['-v', 'error', '-show_streams', '-show_packets', '-of', 'json', source]
  return JSON.parse((await execute('ffprobe', args, { cwd: directory, maxBuffer: 2 ** 26 })).stdout)
}

export const read = (directory: string, name: string): Promise<Buffer> => readFile(join(directory, name))

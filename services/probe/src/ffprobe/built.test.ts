import { deepEqual, equal } from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { findProgram } from './find-program.ts'

const execute = promisify(execFile)
const built = process.env.BUILT_FFPROBE ?? join(import.meta.dirname, '../../build/ffprobe')

const picture = ['-f', 'lavfi', '-i', 'testsrc2=s=128x96:r=25:d=0.4']
const sound = ['-f', 'lavfi', '-i', 'sine=d=1']
const fragmented = ['-movflags', 'frag_keyframe+empty_moov+default_base_moof']
const calm = ['-x265-params', 'log-level=error']

/** What ffmpeg is told to make, by the name of the file. */
const recipes: Record<string, readonly string[]> = {
  'h264.mp4': [...picture, '-c:v', 'libx264', '-bf', '2', ...fragmented],
  'hevc.mp4': [...picture, '-c:v', 'libx265', ...calm, '-tag:v', 'hvc1', ...fragmented],
  'hevc-10.mp4': [...picture, '-c:v', 'libx265', ...calm, '-pix_fmt', 'yuv420p10le', ...fragmented],
  'av1.mp4': [...picture, '-c:v', 'libaom-av1', '-cpu-used', '8', ...fragmented],
  'aac.mp4': [...sound, '-c:a', 'aac', ...fragmented],
  'opus.mp4': [...sound, '-c:a', 'libopus', ...fragmented],
  'ac3.mp4': [...sound, '-c:a', 'ac3'],
  'eac3.mp4': [...sound, '-c:a', 'eac3'],
  'flac.mp4': [...sound, '-c:a', 'flac', '-strict', '-2', ...fragmented],
  'mp3.mp4': [...sound, '-c:a', 'libmp3lame'],
  'text.mp4': ['-i', 'words.srt', '-c:s', 'mov_text'],
  'ttml.mp4': ['-i', 'words.srt', '-c:s', 'ttml'],
  'h264.ts': [...picture, ...sound, '-c:v', 'libx264', '-c:a', 'aac'],
  'hevc.ts': [...picture, ...sound, '-c:v', 'libx265', ...calm, '-c:a', 'ac3'],
}

describe('the ffprobe of build-ffprobe.sh', function () {
  this.timeout(60_000)
  let folder: Awaited<ReturnType<typeof temporaryDirectory>>
  before(async function () {
    if ((await findProgram(built, '')) === null) this.skip()
    folder = await temporaryDirectory()
    const words = '1\\n00:00:00,000 --> 00:00:01,000\\nHello\\n'
    await execute('sh', ['-c', `printf '${words}' >words.srt`], { cwd: folder.path })
  })
  after(() => folder?.[Symbol.asyncDispose]())

  for (const [name, recipe] of Object.entries(recipes)) {
    it(`says of ${name} what the distribution's says`, async () => {
      const make = ['-v', 'error', '-threads', '1', ...recipe, name]
      await execute('ffmpeg', make, { cwd: folder.path })
      deepEqual(await said(built, name), await said('ffprobe', name))
    })
  }

  it('knows no other formats and no network', async () => {
    const [formats, protocols] = await Promise.all([
      execute(built, ['-v', 'quiet', '-demuxers']),
      execute(built, ['-v', 'quiet', '-protocols']),
    ])
    equal(formats.stdout.match(/^ D {2}/gm)?.length, 2)
    deepEqual(protocols.stdout.match(/^ {2}\w+$/gm), ['  concat', '  file', '  file'])
  })

  async function said(program: string, name: string): Promise<unknown> {
    const demuxer = name.endsWith('.ts') ? 'mpegts' : 'mov'
    const args = ['-v', 'error', '-f', demuxer, '-show_streams', '-show_format', '-of', 'json', name]
    return JSON.parse((await execute(program, args, { cwd: folder.path })).stdout)
  }
})

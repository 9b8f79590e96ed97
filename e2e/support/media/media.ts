import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { mustRun } from '../../server/run.ts'

/** Real media for all tests of a suite. */
export interface Media {
  readonly directory: string
  /** 12 s of H.264 with a key frame every second, and AAC. */
  readonly source: string
  /** A CMAF init segment and one segment of its track. */
  readonly init: Buffer
  readonly segment: Buffer
}

/** Made by ffmpeg before the first test of a suite, removed after the last. */
export function mediaOfSuite(): () => Media {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>> | null = null
  let media: Media | null = null
  before('makes media', async function () {
    this.timeout(60_000)
    directory = await temporaryDirectory()
    media = await makeMedia(directory.path)
  })
  after(() => directory?.[Symbol.asyncDispose]())
  return () => {
    if (!media) throw new Error('media is there only during tests')
    return media
  }
}

async function makeMedia(directory: string): Promise<Media> {
  const source = join(directory, 'src.mp4')
  const inputs = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25', '-f', 'lavfi', '-i', 'sine=r=48000']
  const video = ['-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-preset', 'ultrafast', '-b:v', '600k']
  const keyFrames = ['-g', '25', '-keyint_min', '25', '-sc_threshold', '0', '-bf', '0']
  const encoded = [...inputs, '-t', '12', ...video, ...keyFrames, '-c:a', 'aac', '-b:a', '64k']
  await mustRun('ffmpeg', ['-v', 'error', ...encoded, source])

  const names = ['-init_seg_name', 'init.cmfv', '-media_seg_name', '$Number$.cmfv']
  const dash = ['-f', 'dash', '-seg_duration', '1', ...names, join(directory, 'm.mpd')]
  await mustRun('ffmpeg', ['-v', 'error', '-i', source, '-map', '0:v', '-c', 'copy', '-t', '1', ...dash])
  const [init, segment] = await Promise.all(
    ['init.cmfv', '1.cmfv'].map((name) => readFile(join(directory, name))),
  )
  if (!init || !segment) throw new Error('ffmpeg made no segment')
  return { directory, source, init, segment }
}

import { readFile, writeFile } from 'node:fs/promises'
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

/** Has ffmpeg make the media once for all suites of a process. Each suite gets a directory of its own. */
export function mediaOfSuite(): () => Media {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>> | null = null
  let media: Media | null = null
  before('makes media', async function () {
    this.timeout(60_000)
    directory = await temporaryDirectory()
    made ??= makeMedia()
    const files = await made
    const at = (name: string) => join(directory?.path ?? '', name)
    await Promise.all(Object.entries(files).map(([name, bytes]) => writeFile(at(name), bytes)))
    const { 'init.cmfv': init, '1.cmfv': segment } = files
    media = { directory: directory.path, source: at('src.mp4'), init, segment }
  })
  after(() => directory?.[Symbol.asyncDispose]())
  return () => {
    if (!media) throw new Error('media is there only during tests')
    return media
  }
}

/** Shared by the suites of a process, because encoding takes most of a second of processor time. */
let made: ReturnType<typeof makeMedia> | undefined

async function makeMedia() {
  await using directory = await temporaryDirectory()
  const at = (name: string) => join(directory.path, name)
  const inputs = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25', '-f', 'lavfi', '-i', 'sine=r=48000']
  const video = ['-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-preset', 'ultrafast', '-b:v', '600k']
  const keyFrames = ['-g', '25', '-keyint_min', '25', '-sc_threshold', '0', '-bf', '0']
  const encoded = [...inputs, '-t', '12', ...video, ...keyFrames, '-c:a', 'aac', '-b:a', '64k']
  await mustRun('ffmpeg', ['-v', 'error', ...encoded, at('src.mp4')])

  const names = ['-init_seg_name', 'init.cmfv', '-media_seg_name', '$Number$.cmfv']
  const dash = ['-f', 'dash', '-seg_duration', '1', ...names, at('m.mpd')]
  const copy = ['-map', '0:v', '-c', 'copy', '-t', '1']
  await mustRun('ffmpeg', ['-v', 'error', '-i', at('src.mp4'), ...copy, ...dash])
  return {
    'src.mp4': await readFile(at('src.mp4')),
    'm.mpd': await readFile(at('m.mpd')),
    'init.cmfv': await readFile(at('init.cmfv')),
    '1.cmfv': await readFile(at('1.cmfv')),
  }
}

import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mustRun } from '../server/run.ts'

/** A CMAF track: its init segment, and files with one segment of about each size. */
export interface Media {
  readonly init: string
  readonly segments: Readonly<Record<Size, string>>
}

export type Size = '8k' | '64k' | '1m'

const bytesOf: Readonly<Record<Size, number>> = { '8k': 8 * 1024, '64k': 64 * 1024, '1m': 1024 * 1024 }

/** Has ffmpeg make segments of one second of H.264 each, and fills them up to their sizes with a `free` box. */
export async function makeMedia(parent: string): Promise<Media> {
  const directory = join(parent, 'media')
  await mkdir(directory)
  const [small, middle, large] = await Promise.all([
    makeSegment(directory, '8k'),
    makeSegment(directory, '64k'),
    makeSegment(directory, '1m'),
  ])
  return { init: join(directory, '64k.init'), segments: { '8k': small, '64k': middle, '1m': large } }
}

async function makeSegment(directory: string, size: Size): Promise<string> {
  const file = join(directory, `${size}.m4s`)
  // Headroom, because the encoder does not hit the bit rate exactly.
  const kilobits = String(Math.floor((bytesOf[size] * 8 * 0.6) / 1_000))
  const input = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25,noise=alls=40', '-t', '1']
  const rate = ['-b:v', `${kilobits}k`, '-maxrate', `${kilobits}k`, '-bufsize', `${kilobits}k`]
  const video = ['-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-bf', '0']
  const names = ['-init_seg_name', `${size}.init`, '-media_seg_name', `${size}.m4s`]
  const dash = ['-f', 'dash', '-seg_duration', '1', ...names, join(directory, `${size}.mpd`)]
  await mustRun('ffmpeg', ['-v', 'error', ...input, ...video, ...rate, ...dash])
  const segment = await readFile(file)
  await writeFile(file, filledUp(segment, bytesOf[size]))
  return file
}

/** ISO/IEC 14496-12, 8.1.2: readers pass over a `free` box. */
function filledUp(segment: Buffer, bytes: number): Buffer {
  const missing = bytes - segment.length
  if (missing < 8) return segment
  const box = Buffer.alloc(missing)
  box.writeUInt32BE(missing)
  box.write('free', 4, 'latin1')
  return Buffer.concat([segment, box])
}

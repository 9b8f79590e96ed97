import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { errorCode } from '@pushav/shared/lib/error-code.ts'
import { CameraError } from '../camera-error.ts'
import { avcCodecOf, timescaleOf, withoutBox } from './boxes.ts'
import { type Clip, type ClipTrack, segmentSeconds } from './clip.ts'

const frameRate = 25
const samplesPerSecond = 48_000
const samplesPerFrame = 1_024
/** The segments last 24 s, a whole number of frames of both tracks, so that a longer recording can repeat them. */
const maxSegments = 6

/**
 * Encodes a test picture and a tone: `segments` segments, at most 24 s. Throws a CameraError when ffmpeg is missing or
 * fails.
 */
export async function encodeClip(segments: number): Promise<Clip> {
  const seconds = segmentSeconds * Math.min(segments, maxSegments)
  const folder = await mkdtemp(join(tmpdir(), 'pushav-camera-'))
  try {
    await runFfmpeg(folder, ffmpegArguments(seconds))
    const [video, audio] = await Promise.all([readTrack(folder, 0), readTrack(folder, 1)])
    return { seconds, video: { ...video, codec: avcCodecOf(video.init) }, audio }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function ffmpegArguments(seconds: number): readonly string[] {
  const videoFrames = seconds * frameRate
  // The muxer leaves out the first frame of AAC, which holds no sound.
  const audioFrames = Math.floor((seconds * samplesPerSecond) / samplesPerFrame) + 1
  const commandLine = [
    '-v error -nostdin',
    `-f lavfi -i testsrc2=size=640x360:rate=${frameRate}`,
    `-f lavfi -i sine=frequency=440:sample_rate=${samplesPerSecond}`,
    `-map 0:v -map 1:a -frames:v ${videoFrames} -frames:a ${audioFrames}`,
    '-pix_fmt yuv420p -c:v libx264 -preset ultrafast -tune zerolatency -b:v 600k',
    `-g ${frameRate} -keyint_min ${frameRate} -sc_threshold 0 -bf 0`,
    `-c:a aac -b:a 64k -f dash -seg_duration ${segmentSeconds}`,
    '-format_options movflags=cmaf -init_seg_name $RepresentationID$.init',
    '-media_seg_name $RepresentationID$-$Number%05d$.m4s clip.mpd',
  ]
  return commandLine.join(' ').split(' ')
}

async function runFfmpeg(cwd: string, args: readonly string[]): Promise<void> {
  const child = spawn('ffmpeg', args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] })
  const words: Buffer[] = []
  child.stderr.on('data', (bytes: Buffer) => words.push(bytes))
  const [code] = await once(child, 'close').catch((error: unknown) => {
    if (errorCode(error) !== 'ENOENT') throw error
    throw new CameraError('ffmpeg is missing: install it (apt-get install ffmpeg, brew install ffmpeg)')
  })
  if (code !== 0)
    throw new CameraError(`ffmpeg ended with ${code}: ${Buffer.concat(words).toString().trim()}`)
}

/** Reads a track and removes its sidx boxes, whose sizes would be wrong once a prft box follows them. */
async function readTrack(folder: string, id: number): Promise<ClipTrack> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(`${id}-`)).sort()
  const segments = await Promise.all(names.map((name) => readFile(join(folder, name))))
  const init = await readFile(join(folder, `${id}.init`))
  return {
    codec: 'mp4a.40.2',
    timescale: timescaleOf(init),
    init,
    segments: segments.map((segment) => withoutBox(segment, 'sidx')),
  }
}

import { deepEqual, equal } from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect, inspectInRandomPieces } from './testing/inspect.ts'
import { makeMedia, probe, read, trackNames } from './testing/media.ts'
import { createRandom } from './testing/random.ts'

describe('createInspector with what ffmpeg makes', () => {
  let directory = ''

  before(async function () {
    this.timeout(90_000)
    directory = await mkdtemp(join(tmpdir(), 'media-'))
    await makeMedia(directory)
  })
  after(() => rm(directory, { recursive: true }))

  const inspectFile = async (name: string) => inspect(await read(directory, name))
  const streamOf = async (...names: string[]) => {
    const { streams, packets } = await probe(directory, ...names)
    const [stream = {}] = streams
    const last = packets.at(-1)
    // Not the sum: ffprobe gives an audio stream's first packet no duration.
    return { stream, packets, duration: (last?.dts ?? 0) + (last?.duration ?? 0) - (packets[0]?.dts ?? 0) }
  }

  for (const name of trackNames)
    it(`agrees with ffprobe about ${name}`, async () => {
      const { init, media, faults, parts } = await inspectFile(name)
      const { stream, packets } = await streamOf(name)
      deepEqual(faults, [])
      equal(`1/${init?.timescale}`, stream.time_base)
      equal(init?.handler, stream.codec_type === 'video' ? 'vide' : 'soun')
      deepEqual([init?.width ?? undefined, init?.height ?? undefined], [stream.width, stream.height])
      equal(init?.language, (stream.tags as Record<string, string>).language)
      equal(init?.codec, codecs(stream)[name])
      deepEqual([media?.sampleCount, media?.explicitDuration], [packets.length, stream.duration_ts])
      deepEqual([media?.decodeTime, media?.innerGap, media?.startsWithSync], [0, 0, true])
      if (stream.codec_type === 'video')
        deepEqual(
          parts.flatMap((part) => (part.kind === 'segment' ? [part.facts.decodeTime] : [])),
          packets.filter(({ flags }) => flags.startsWith('K')).map(({ dts }) => dts - (packets[0]?.dts ?? 0)),
        )
    })

  it('agrees with ffprobe about segments, each behind its init segment', async () => {
    for (const [init, segment] of [
      ['init-stream0.m4s', 'chunk-stream0-00002.m4s'],
      ['init-stream1.m4s', 'chunk-stream1-00002.m4s'],
    ] as const) {
      const { media, kind, faults, parts } = await inspectFile(segment)
      const { packets, duration } = await streamOf(init, segment)
      deepEqual([kind, faults, parts.length], ['segment', [], 1])
      deepEqual([media?.sampleCount, media?.chunkCount], [packets.length, packets.length])
      deepEqual([media?.explicitDuration, media?.startsWithSync], [duration, true])
      deepEqual([media?.hasSidx, media?.innerGap, media?.isMultiplexed], [true, 0, false])
    }
  })

  it('sees prft, sidx, encryption, multiplexing and plain files', async () => {
    const prft = (await inspectFile('prft.mp4')).media
    equal(Math.abs((prft?.producerTime?.atMs ?? 0) - Date.now()) < 600_000, true)
    equal((await inspectFile('sidx.mp4')).media?.hasSidx, true)
    const encrypted = (await inspectFile('encrypted.mp4')).init
    deepEqual([encrypted?.encrypted, encrypted?.codec], [true, 'avc1.4d400a'])
    const both = await inspectFile('multiplexed.mp4')
    deepEqual([both.init?.trackCount, both.media?.isMultiplexed, both.kind], [2, true, 'init'])
    const plain = await inspectFile('plain.mp4')
    deepEqual(
      [plain.kind, plain.init?.isFragmented, plain.init?.trackCount, plain.media],
      ['init', false, 2, null],
    )
    equal((await inspectFile('manifest.mpd')).kind, 'mpd')
  })

  it('finds every sample and configuration in other dress', async () => {
    const dresses = [
      'hev1.mp4',
      'based.mp4',
      'baseless.mp4',
      'based-sound.mp4',
      'quicktime.mov',
      'smooth.ismv',
    ]
    for (const name of [...dresses, 'prft.mp4', 'sidx.mp4', 'encrypted.mp4', 'multiplexed.mp4', 'plain.mp4'])
      deepEqual((await inspectFile(name)).faults, [], name)
    equal((await inspectFile('quicktime.mov')).init?.codec, 'avc1.4d400a')
    equal((await inspectFile('hev1.mp4')).init?.codec.startsWith('hev1.1.6.L'), true)
  })

  it('finds every sample in the parts of a long request, whose base-data-offset counts from its start', async () => {
    for (const name of ['based.mp4', 'based-sound.mp4', 'multiplexed.mp4', 'baseless.mp4', 'avc.mp4']) {
      const bytes = await read(directory, name)
      const segments = inspect(bytes).parts.filter(({ kind }) => kind === 'segment')
      equal(segments.length > 1, true, name)
      for (const { from, to } of segments) {
        const { faults, media } = inspect(bytes.subarray(from, to))
        deepEqual(faults, [], name)
        equal(media?.missingFront, media?.baseIsMoof || name === 'baseless.mp4' ? 0 : from, name)
      }
    }
  })

  it('says the same however the bytes are split', async () => {
    const random = createRandom(1)
    for (const name of [
      'prft.mp4',
      'multiplexed.mp4',
      'plain.mp4',
      'manifest.mpd',
      'chunk-stream0-00001.m4s',
    ]) {
      const bytes = await read(directory, name)
      const whole = inspect(bytes)
      for (const pieceBytes of [1, 7, 8, 1_000, 65_536]) deepEqual(inspect(bytes, pieceBytes), whole)
      for (let round = 0; round < 50; round++) deepEqual(inspectInRandomPieces(bytes, random), whole)
    }
  })
})

/** As ffprobe's level says, for encodings whose profile is known. */
const codecs = ({ level }: Record<string, unknown>): Record<string, string> => ({
  'avc.mp4': `avc1.4d40${Number(level).toString(16).padStart(2, '0')}`,
  'hevc.mp4': `hvc1.1.6.L${level}.90`,
  'av1.mp4': `av01.0.${String(level).padStart(2, '0')}M.08`,
  'vp9.mp4': 'vp09.00.10.08',
  'aac.mp4': 'mp4a.40.2',
  'opus.mp4': 'Opus',
  'ac3.mp4': 'ac-3',
  'eac3.mp4': 'ec-3',
  'flac.mp4': 'fLaC',
  'mp3.mp4': 'mp4a.6b',
})

import { deepEqual, equal, ok } from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { inspectPlaylist } from '../hls/playlist.ts'
import { createPathMatcher } from '../path-matcher.ts'
import { inspectMpd } from './mpd.ts'

const run = promisify(execFile)

const inputs = [
  ['-f', 'lavfi', '-i', 'testsrc2=size=128x72:rate=25', '-f', 'lavfi', '-i', 'sine=r=48000', '-t', '6.5'],
  ['-pix_fmt', 'yuv420p', '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '50', '-keyint_min', '50'],
  ['-sc_threshold', '0', '-c:a', 'aac', '-f', 'dash', '-seg_duration', '2'],
].flat()

/**
 * What ffmpeg wrote with these options: the facts of its MPD, and the other files as uploaded to session_1.
 */
async function packaged(folder: string, ...options: string[]) {
  await run('ffmpeg', ['-v', 'error', '-nostdin', ...inputs, ...options, join(folder, 'index.mpd')])
  const { mpd, faults } = inspectMpd(await readFile(join(folder, 'index.mpd'), 'utf8'), 'session_1/index.mpd')
  deepEqual(faults, [])
  ok(mpd)
  const names = (await readdir(folder)).filter((name) => /\.(m4s|mp4)$/.test(name)).sort()
  const matchers = mpd.representations.map(createPathMatcher)
  const matchesOf = (name: string) => matchers.flatMap((matcher) => matcher(`session_1/${name}`) ?? [])
  return { mpd, names, matchesOf }
}

describe('an MPD made by ffmpeg', function () {
  this.timeout(60_000)
  let folder = ''
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'manifest-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  it('matches every file once, with template and timeline', async () => {
    const { mpd, names, matchesOf } = await packaged(folder)
    equal(names.length, 10)
    for (const name of names) equal(matchesOf(name).length, 1, name)
    deepEqual(matchesOf('chunk-stream1-00004.m4s'), [
      { representation: '1', part: 'media', number: 4, time: null },
    ])
    const [video, audio] = mpd.representations
    deepEqual(video?.timeline, [
      { t: 0, d: 25_600, count: 3 },
      { t: 76_800, d: 6_656, count: 1 },
    ])
    equal(audio?.timescale, 48_000)
    equal(audio?.codecs, 'mp4a.40.2')
    equal(mpd.type, 'static')
  })

  it('matches every file once, with numbers and a duration', async () => {
    const { mpd, names, matchesOf } = await packaged(folder, '-use_timeline', '0')
    for (const name of names) equal(matchesOf(name).length, 1, name)
    const [video] = mpd.representations
    ok(video?.duration)
    equal(video.duration / video.timescale, 2)
    equal(video.timeline, null)
  })

  it('matches every file named by time, unless ffmpeg uses a time that is not in its MPD', async () => {
    const { mpd, names, matchesOf } = await packaged(
      folder,
      '-media_seg_name',
      '$RepresentationID$-t$Time$.m4s',
    )
    deepEqual(matchesOf('0-t51200.m4s'), [{ representation: '0', part: 'media', number: null, time: 51_200 }])
    // AAC starts 1024 samples early: the MPD says 0.
    const unmatched = names.filter((name) => matchesOf(name).length !== 1)
    deepEqual(unmatched, ['1-t-1024.m4s'])
    equal(mpd.representations[1]?.timeline?.[0]?.t, 0)
  })

  it('matches every file once, with a list instead of a template', async () => {
    const { mpd, names, matchesOf } = await packaged(folder, '-use_template', '0')
    for (const name of names) equal(matchesOf(name).length, 1, name)
    equal(mpd.representations[0]?.addressing, 'list')
    equal(matchesOf('chunk-stream0-00003.m4s')[0]?.number, 3)
  })

  it('matches one file a track where all segments are in it', async () => {
    const { mpd, names, matchesOf } = await packaged(folder, '-single_file', '1')
    equal(names.length, 2)
    for (const name of names) equal(matchesOf(name).length, 1, name)
    equal(mpd.hasBaseUrl, true)
    deepEqual(
      mpd.representations.map(({ initialization }) => initialization),
      names.map((name) => `session_1/${name}`),
    )
  })

  it('agrees with the playlists that ffmpeg writes beside it', async () => {
    const { matchesOf } = await packaged(folder, '-hls_playlist', '1')
    const read = async (name: string) =>
      inspectPlaylist(await readFile(join(folder, name), 'utf8'), `session_1/${name}`)
    const master = await read('master.m3u8')
    deepEqual(master.playlist?.uris.toSorted(), ['media_0.m3u8', 'media_1.m3u8'])
    const media = await read('media_0.m3u8')
    deepEqual([...master.faults, ...media.faults], [])
    deepEqual(
      media.playlist?.uris.map((uri) => matchesOf(uri)[0]?.number),
      [1, 2, 3, 4],
    )
    equal(matchesOf(media.playlist?.map ?? '')[0]?.part, 'init')
  })
})

import { equal, ok } from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { curl, type Identity, makeDevice, makeStream } from './clients/curl.ts'
import { mustRun } from './server/run.ts'
import { push, tlsForMuxer } from './support/devices/ffmpeg.ts'
import { mediaOfSuite } from './support/media/media.ts'
import { sharedServerOfSuite } from './support/suite/server-of-suite.ts'

describe('a session that ffmpeg pushed', function () {
  this.timeout(60_000)
  const server = sharedServerOfSuite()
  const media = mediaOfSuite()
  let stream: string
  let session: string

  before(async () => {
    const device: Identity = await makeDevice(server(), 'cam')
    stream = await makeStream(server())
    await push(stream, [
      ...['-i', media().source, '-map', '0', '-c', 'copy', '-t', '8', '-f', 'dash', '-seg_duration', '2'],
      ...['-init_seg_name', 'track-$RepresentationID$/init.cmfv'],
      ...['-media_seg_name', 'track-$RepresentationID$/$Number$.cmfv', '-format_options', 'movflags=cmaf'],
      ...['-method', 'PUT', '-http_opts', tlsForMuxer(server(), device, {})],
      `${server().url}/streams/${stream}/manifest.mpd`,
    ])
    const { json } = await curl(server(), `/sessions/${stream}`)
    const [found] = json.sessions as { key: string; playable: boolean; tracks: unknown[] }[]
    ok(found?.playable, JSON.stringify(json))
    session = found.key
  })

  it('is an MP4 that ffmpeg decodes without a word', async () => {
    await using folder = await temporaryDirectory()
    const { status, body } = await curl(server(), `/export/${stream}/${session}.mp4`)
    equal(status, 200)
    const file = join(folder.path, 'export.mp4')
    await writeFile(file, body)
    equal(await said(['-i', file]), '')
    const { json } = await probed(file)
    equal(json.streams.length, 2)
    ok(Number(json.format.duration) > 6 && Number(json.format.start_time) < 1, JSON.stringify(json.format))
  })

  it('is a zip that unzip finds whole', async () => {
    await using folder = await temporaryDirectory()
    const { body } = await curl(server(), `/export/${stream}/${session}.zip`)
    const file = join(folder.path, 'export.zip')
    await writeFile(file, body)
    ok((await mustRun('unzip', ['-t', file])).stdout.includes('No errors detected'))
  })

  it('plays from the playlist of this server', async () => {
    const url = `${server().url}/play/${stream}/${session}/main.m3u8`
    equal(await said(['-ca_file', server().rootCertificate, '-tls_verify', '1', '-t', '4', '-i', url]), '')
  })

  const said = async (input: readonly string[]) =>
    (await mustRun('ffmpeg', ['-nostdin', '-v', 'warning', ...input, '-f', 'null', '-'])).stderr

  async function probed(file: string) {
    const { stdout } = await mustRun('ffprobe', [
      '-v',
      'error',
      '-show_streams',
      '-show_format',
      '-of',
      'json',
      file,
    ])
    return { json: JSON.parse(stdout.toString()) }
  }
})

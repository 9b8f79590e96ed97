import { deepEqual, equal, ok } from 'node:assert/strict'
import { join } from 'node:path'
import { curl, type Identity, makeDevice, makeStream } from './clients/curl.ts'
import { asSession, pushAsCamera } from './support/devices/camera.ts'
import {
  ffmpegDash,
  ffmpegDashAndHls,
  ffmpegLong,
  hasPackager,
  packagerDash,
  packagerHls,
  packagerLowLatency,
  type RealClient,
} from './support/devices/real-clients.ts'
import { asHls } from './support/media/hls-recording.ts'
import { mpdStyles, type RecordedObject, recordSession } from './support/media/matter-recording.ts'
import { mediaOfSuite } from './support/media/media.ts'
import { codesOf, logOf, type Row, untilValidated, violations } from './support/suite/report.ts'
import { sharedServerOfSuite } from './support/suite/server-of-suite.ts'

interface Expected {
  readonly client: RealClient
  /** Codes of what it violates, sorted. */
  readonly violated: readonly string[]
  /** What depends on when it writes its manifests. */
  readonly perhaps?: readonly string[]
}

/**
 * None of these clients writes prft, and their MPDs count from now; a manifest is more than a cmaf-ingest stream
 * asks for. ffmpeg calls the playlist of representation 0 media_0.
 */
const ffmpeg: Readonly<Record<string, Expected>> = {
  'ffmpeg DASH': {
    client: ffmpegDash,
    violated: ['manifest-interface', 'mpd-timeline-origin', 'prft-absent'],
    perhaps: ['upload-repeated'],
  },
  'ffmpeg DASH and HLS': {
    client: ffmpegDashAndHls,
    violated: [
      'hls-differs-from-mpd',
      'manifest-interface',
      'mpd-timeline-origin',
      'prft-absent',
      'upload-repeated',
    ],
  },
  'ffmpeg with one long request per track': { client: ffmpegLong, violated: ['prft-absent'] },
}

/** It sends its init segments again at the end, and writes the names of tracks into its templates. */
const packager: Readonly<Record<string, Expected>> = {
  'shaka-packager DASH': {
    client: packagerDash,
    violated: ['init-rewritten', 'manifest-interface', 'mpd-template', 'mpd-timeline-origin', 'prft-absent'],
    perhaps: ['upload-repeated'],
  },
  'shaka-packager HLS': {
    client: packagerHls,
    violated: ['init-rewritten', 'manifest-interface', 'prft-absent'],
  },
  // It joins a live input in the middle of a segment.
  'shaka-packager at low latency': {
    client: packagerLowLatency,
    violated: [
      ...['fragment-duration', 'init-rewritten', 'manifest-interface', 'mpd-template', 'mpd-timeline-origin'],
      ...['prft-absent', 'segment-duration-off'],
    ],
    perhaps: ['upload-repeated'],
  },
}

describe('the report', function () {
  this.timeout(90_000)
  const server = sharedServerOfSuite({ VERDICT_WAIT: '20s' })
  const media = mediaOfSuite()
  let device: Identity
  before(async () => {
    device = await makeDevice(server(), 'cam')
  })

  describe('on a real client', () => {
    const clients = hasPackager() ? { ...ffmpeg, ...packager } : ffmpeg
    const streams = new Map<string, string>()

    before('lets all of them push at once', async () => {
      await Promise.all(Object.entries(clients).map(([name, { client }]) => record(name, client)))
    })

    async function record(name: string, client: RealClient): Promise<void> {
      const stream = await makeStream(server())
      const made = await client({ server: server(), device, media: media(), stream })
      await untilValidated(server(), stream, made)
      streams.set(name, stream)
    }

    for (const [name, { violated, perhaps = [] }] of Object.entries(clients)) {
      it(`names ${violated.join(', ')} of ${name}, and no error`, async () => {
        const rows = await violations(server(), streams.get(name) ?? '')
        deepEqual(
          codesOf(rows).filter((code) => !perhaps.includes(code)),
          violated,
        )
        deepEqual(
          rows.filter(({ severity }) => severity === 'error'),
          [],
        )
      })

      it(`says the same of the only session of ${name}`, async () => {
        const stream = streams.get(name) ?? ''
        const { sessions } = (await curl(server(), `/streams/${stream}`)).json
        equal(sessions.length, 1)
        deepEqual(await violations(server(), stream, sessions[0].key), await violations(server(), stream))
      })
    }
  })

  describe('on a camera', () => {
    const style = mpdStyles['Matter 1.6.1'] ?? { media: '', dynamicHasTimeline: false }
    let stream: string

    async function begin(ingest: string): Promise<void> {
      stream = await makeStream(server(), `?interface=${ingest}&strict=false`)
      const body = ['-XPOST', '-H', 'Content-Type: application/json', '-d', '@-']
      const names = JSON.stringify({ expected_track_names: ['video', 'audio'] })
      equal((await curl(server(), `/streams/${stream}/expectedTrackNames`, body, names)).status, 202)
    }

    const push = (objects: readonly RecordedObject[]) => pushAsCamera(server(), device, stream, objects)

    for (const [release, style] of Object.entries(mpdStyles)) {
      it(`names nothing when the one of ${release} makes no fault`, async () => {
        const recording = await recordSession(media().source, join(media().directory, release), style)
        await begin('dash')
        await push([...recording, ...asSession(2, recording)])
        for (const session of [undefined, '1', '2'])
          deepEqual(await violations(server(), stream, session), [])
      })
    }

    it('names nothing when one that sends HLS makes no fault', async () => {
      const recording = await asHls(
        await recordSession(media().source, join(media().directory, 'hls'), style),
      )
      await begin('hls')
      await push(recording)
      for (const session of [undefined, '1']) deepEqual(await violations(server(), stream, session), [])
      equal((await curl(server(), `/streams/${stream}`)).json.sessions[0].complete, true)
    })

    it('names nothing worse than notes when one sends its MPDs to a cmaf-ingest stream', async () => {
      const recording = await recordSession(media().source, join(media().directory, 'cmaf'), style)
      await begin('cmaf-ingest')
      await push(recording)
      const rows = await violations(server(), stream)
      deepEqual(codesOf(rows), ['manifest-interface', 'mpd-template', 'mpd-timeline-origin', 'prft-absent'])
      ok(rows.every(({ severity }) => severity === 'note'))
    })

    it('names exactly what it does wrong, in the session where it did', async () => {
      const recording = await recordSession(media().source, join(media().directory, 'faulty'), style)
      const before = recording.filter(({ path }) => !path.endsWith('video/segment_1002.m4s')).slice(0, -1)
      const repeated = recording.find(({ path }) => path.endsWith('audio/segment_1003.m4s'))
      const mpd = recording.at(-1)
      ok(repeated && mpd)
      const again = { ...mpd, body: Buffer.from(String(mpd.body).replace('<MPD', '<MPD id="again"')) }
      await begin('dash')
      await push(before)
      await push(asSession(2, [...recording.slice(0, -1), repeated, mpd, again]))

      deepEqual(await shown('1'), { 'segment-number-gap': ['session_1/video/segment_1003.m4s'] })
      const ofSecond = {
        'session-abandoned': ['session_2/index.mpd'],
        'upload-repeated': ['session_2/audio/segment_1003.m4s'],
        'mpd-static-repeated': ['session_2/index.mpd'],
      }
      deepEqual(await shown('2'), ofSecond)
      deepEqual(await shown(), { ...ofSecond, 'segment-number-gap': ['session_1/video/segment_1003.m4s'] })
    })

    /** Violated rules, each with the paths of the uploads that show it. */
    async function shown(session?: string): Promise<Record<string, readonly string[]>> {
      const rows = await violations(server(), stream, session)
      const log = await logOf(server(), stream)
      const pathsOf = ({ uploads, count }: Row) => {
        equal(uploads.length, count)
        return uploads.map((id) => log.find((upload) => upload.id === id)?.path ?? id)
      }
      return Object.fromEntries(rows.map((row) => [row.code, pathsOf(row)]))
    }
  })
})

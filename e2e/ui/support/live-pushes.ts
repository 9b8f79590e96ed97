import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Identity } from '../../clients/curl.ts'
import { mustRun } from '../../server/run.ts'
import type { Standalone } from '../../server/standalone.ts'
import { pushAsCamera } from '../../support/devices/camera.ts'
import { tlsArguments, tlsForMuxer } from '../../support/devices/ffmpeg.ts'
import { hasPackager, packager } from '../../support/devices/real-clients.ts'
import { asHls } from '../../support/media/hls-recording.ts'
import { type RecordedObject, recordSession } from '../../support/media/matter-recording.ts'

/** Where a client pushes to, and what. */
interface LiveTarget {
  readonly server: Standalone
  readonly device: Identity
  readonly stream: string
  /** Media file and a folder beside it. */
  readonly source: string
  readonly directory: string
}

/** A client that pushes in real time, to its end. */
export interface LivePush {
  readonly name: string
  readonly interface: 'cmaf-ingest' | 'dash' | 'hls'
  /** Which manifests it sends. */
  readonly manifests: readonly ('mpd' | 'playlist')[]
  push(to: LiveTarget): Promise<void>
}

const urlOf = ({ server, stream }: LiveTarget): string => `${server.url}/streams/${stream}`
/** The source twice over, in real time. */
const realTime = ({ source }: LiveTarget) => [
  ...['-v', 'error', '-nostdin', '-re', '-stream_loop', '1', '-i', source, '-c', 'copy'],
]

const ffmpegDash = (
  name: string,
  manifests: LivePush['manifests'],
  more: readonly string[] = [],
): LivePush => ({
  name,
  interface: 'cmaf-ingest',
  manifests,
  async push(to) {
    const muxer = ['-map', '0', '-f', 'dash', '-seg_duration', '2', '-use_timeline', '1', ...more]
    const http = ['-method', 'PUT', '-http_persistent', '1', '-http_opts', tlsForMuxer(to.server, to.device)]
    await toItsEnd('ffmpeg', [...realTime(to), ...muxer, ...http, `${urlOf(to)}/manifest.mpd`])
  },
})

const longRequests: LivePush = {
  name: 'ffmpeg, long requests',
  interface: 'cmaf-ingest',
  manifests: [],
  async push(to) {
    const movie = ['-f', 'mp4', '-movflags', '+cmaf+dash+delay_moov+skip_sidx+skip_trailer+frag_keyframe']
    const track = (map: string, path: string) => [
      ...['-map', map, '-c', 'copy', ...movie, '-method', 'POST', '-multiple_requests', '1'],
      ...['-content_type', 'video/mp4', ...tlsArguments(to.server, to.device), `${urlOf(to)}/${path}`],
    ]
    const tracks = [...track('0:v', 'Streams(video.cmfv)'), ...track('0:a', 'Streams(audio.cmfa)')]
    await toItsEnd('ffmpeg', [...realTime(to), ...tracks])
  },
}

/** shaka-packager takes what ffmpeg writes into a pipe in real time. */
const packaged = (
  name: string,
  kind: 'mpd' | 'playlist',
  manifest: (url: string) => readonly string[],
): LivePush => ({
  name,
  interface: 'cmaf-ingest',
  manifests: [kind],
  async push(to) {
    const pipe = join(to.directory, `live-${to.stream}.ts`)
    await mustRun('mkfifo', [pipe])
    const track = (kind: string) =>
      [
        `in=${pipe},stream=${kind},playlist_name=${kind}.m3u8${kind === 'audio' ? ',hls_group_id=aud' : ''}`,
        `init_segment=${urlOf(to)}/${kind}/init.mp4,segment_template=${urlOf(to)}/${kind}/$Number$.m4s`,
      ].join(',')
    const { server, device } = to
    const tls = ['--ca_file', server.rootCertificate, '--client_cert_file', device.cert]
    const key = ['--client_cert_private_key_file', device.key, '--segment_duration', '2']
    const clock = ['--utc_timings', `urn:mpeg:dash:utc:http-xsdate:2014=${server.url}/time`]
    await Promise.all([
      toItsEnd(packager, [
        ...[track('video'), track('audio'), ...tls, ...key, ...clock, '--io_block_size', '65536'],
        ...manifest(urlOf(to)),
      ]),
      toItsEnd('ffmpeg', [...realTime(to), '-map', '0', '-f', 'mpegts', '-flush_packets', '1', '-y', pipe]),
    ])
  },
})

/** Objects of a Matter camera, each segment sent when its media has been made. */
const camera = (
  name: string,
  kind: 'dash' | 'hls',
  objectsOf: (
    all: readonly RecordedObject[],
  ) => readonly RecordedObject[] | Promise<readonly RecordedObject[]>,
): LivePush => ({
  name,
  interface: kind,
  manifests: [kind === 'dash' ? 'mpd' : 'playlist'],
  async push(to) {
    const style = { media: 'segment_$Number$.m4s', dynamicHasTimeline: false }
    const recording = await recordSession(to.source, join(to.directory, `camera-${to.stream}`), style)
    const begun = performance.now()
    for (const object of await objectsOf(recording)) {
      const [, number] = /segment_(\d+)\.m4s$/.exec(object.path) ?? []
      const dueMs = number === undefined ? 0 : (Number(number) - 1_000) * 4_000
      await sleep(Math.max(0, begun + dueMs - performance.now()))
      await pushAsCamera(to.server, to.device, to.stream, [object])
    }
  },
})

/** Of those tools that are here. */
export const livePushes = (): readonly LivePush[] => [
  ffmpegDash('ffmpeg DASH', ['mpd']),
  ffmpegDash('ffmpeg DASH and HLS', ['mpd', 'playlist'], ['-hls_playlist', '1']),
  longRequests,
  ...(hasPackager()
    ? [
        packaged('shaka-packager DASH', 'mpd', (url) => ['--mpd_output', `${url}/manifest.mpd`]),
        packaged('shaka-packager HLS', 'playlist', (url) => [
          ...['--hls_master_playlist_output', `${url}/master.m3u8`, '--hls_playlist_type', 'LIVE'],
        ]),
      ]
    : []),
  camera('Matter camera DASH', 'dash', (all) => all),
  camera('Matter camera HLS', 'hls', async (all) => asHls(all)),
]

async function toItsEnd(command: string, args: readonly string[]): Promise<void> {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  let words = ''
  child.stderr.on('data', (bytes) => {
    words = `${words}${bytes}`.slice(-2_000)
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${words}`)
}

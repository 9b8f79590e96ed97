import { accessSync, chmodSync } from 'node:fs'
import { join } from 'node:path'
import type { Identity } from '../../clients/curl.ts'
import { mustRun } from '../../server/run.ts'
import type { Standalone } from '../../server/standalone.ts'
import type { Media } from '../media/media.ts'
import { push, type Requests, tlsArguments, tlsForMuxer } from './ffmpeg.ts'

/** What a client needs to push. */
interface Push {
  readonly server: Standalone
  readonly device: Identity
  readonly media: Media
  readonly stream: string
}

/** Pushes a recording to its end. */
export type RealClient = (to: Push) => Promise<Requests | null>

const urlOf = ({ server, stream }: Push): string => `${server.url}/streams/${stream}`

const live = ({ media }: Push, seconds: number): string[] => [
  '-re',
  '-i',
  media.source,
  '-map',
  '0',
  '-c',
  'copy',
  '-t',
  String(seconds),
]

const dashMuxer = ['-f', 'dash', '-seg_duration', '2', '-use_timeline', '0', '-use_template', '1']
const http = ({ server, device }: Push): string[] => [
  ...['-method', 'PUT', '-http_persistent', '1', '-http_opts'],
  tlsForMuxer(server, device, { headers: 'DASH-IF-Ingest: 1.2', user_agent: 'Cam/1.0' }),
]

/** ffmpeg's DASH muxer, a folder for each track. */
export const ffmpegDash: RealClient = (to) =>
  push(to.stream, [
    ...live(to, 6),
    ...dashMuxer,
    ...['-init_seg_name', 'track-$RepresentationID$/init.cmfv'],
    ...['-media_seg_name', 'track-$RepresentationID$/$Number$.cmfv', '-format_options', 'movflags=cmaf'],
    ...http(to),
    `${urlOf(to)}/manifest.mpd`,
  ])

/** ffmpeg's DASH muxer with playlists beside the MPD, under ffmpeg's own names. */
export const ffmpegDashAndHls: RealClient = (to) =>
  push(to.stream, [
    ...live(to, 6),
    ...dashMuxer,
    '-hls_playlist',
    '1',
    ...http(to),
    `${urlOf(to)}/manifest.mpd`,
  ])

/** ffmpeg with one long request for each track. */
export const ffmpegLong: RealClient = (to) => {
  const movie = ['-f', 'mp4', '-movflags', '+cmaf+dash+delay_moov+skip_sidx+skip_trailer+frag_keyframe']
  const track = (map: string, path: string) => [
    ...['-map', map, '-c', 'copy', '-t', '6', ...movie],
    ...['-method', 'POST', '-multiple_requests', '1', '-content_type', 'video/mp4'],
    ...[...tlsArguments(to.server, to.device), `${urlOf(to)}/${path}`],
  ]
  const tracks = [...track('0:v', 'Streams(video.cmfv)'), ...track('0:a', 'Streams(audio.cmfa)')]
  return push(to.stream, ['-re', '-i', to.media.source, ...tracks])
}

export const packager = join(
  import.meta.dirname,
  `../../../node_modules/shaka-packager/bin/packager-linux-${process.arch}`,
)

/** Whether shaka-packager can be executed: not every npm sets the executable bit. */
export function hasPackager(): boolean {
  try {
    accessSync(packager)
    chmodSync(packager, 0o755)
    return true
  } catch {
    return false
  }
}

const packagerTrack = (to: Push, source: string, kind: string): string =>
  [
    `in=${source},stream=${kind}`,
    `init_segment=${urlOf(to)}/${kind}/init.mp4`,
    `segment_template=${urlOf(to)}/${kind}/$Number$.m4s`,
    `playlist_name=${kind}.m3u8`,
    ...(kind === 'audio' ? ['hls_group_id=aud'] : []),
  ].join(',')

async function runPackager(to: Push, source: string, args: readonly string[]): Promise<null> {
  const { server, device } = to
  const tls = ['--ca_file', server.rootCertificate, '--client_cert_file', device.cert]
  const tracks = ['video', 'audio'].map((kind) => packagerTrack(to, source, kind))
  const always = ['--segment_duration', '2', ...tls, '--client_cert_private_key_file', device.key]
  await mustRun(packager, [...tracks, ...always, ...args])
  return null
}

/** shaka-packager from a file, as fast as it can; it waits for every response. */
export const packagerDash: RealClient = (to) =>
  runPackager(to, to.media.source, ['--mpd_output', `${urlOf(to)}/manifest.mpd`])

export const packagerHls: RealClient = (to) =>
  runPackager(to, to.media.source, ['--hls_master_playlist_output', `${urlOf(to)}/master.m3u8`])

/** shaka-packager from a live encoder through a pipe, chunk by chunk. */
export const packagerLowLatency: RealClient = async (to) => {
  const pipe = join(to.media.directory, `low-latency-${to.stream}.ts`)
  await mustRun('mkfifo', [pipe])
  const encode = [
    '-v',
    'error',
    '-nostdin',
    ...live(to, 6),
    '-f',
    'mpegts',
    '-flush_packets',
    '1',
    '-y',
    pipe,
  ]
  const early = ['--low_latency_dash_mode=true', '--io_block_size', '65536']
  const clock = ['--utc_timings', 'urn:mpeg:dash:utc:http-xsdate:2014=https://localhost/time']
  const [pushed] = await Promise.all([
    runPackager(to, pipe, [...early, ...clock, '--mpd_output', `${urlOf(to)}/manifest.mpd`]),
    mustRun('ffmpeg', encode),
  ])
  return pushed
}

import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mustRun } from '../../server/run.ts'
import { packager } from '../devices/real-clients.ts'
import { pushFolder } from './folder.ts'
import { explain, growing, type Recording, type Target } from './recording.ts'

const mpd = ['--mpd_output', 'manifest.mpd']
const hls = ['--hls_master_playlist_output', 'master.m3u8']
const keys = [
  '--enable_raw_key_encryption',
  ...['--keys', 'label=:key_id=00112233445566778899aabbccddeeff:key=ffeeddccbbaa99887766554433221100'],
]

/** How a track is named; `more` are further fields of its descriptor. */
type Naming = (kind: string, prefix: string) => string

const numbered: Naming = (kind, prefix) =>
  `init_segment=${prefix}${kind}/init.mp4,segment_template=${prefix}${kind}/$Number$.m4s`
const timed: Naming = (kind, prefix) =>
  `init_segment=${prefix}${kind}_init.mp4,segment_template=${prefix}${kind}_$Time$.m4s`
const single: Naming = (kind, prefix) => `output=${prefix}${kind}.mp4`

const descriptor = (source: string, kind: string, fields: string): string => {
  const playlist = kind === 'audio' ? 'hls_group_id=aud,' : ''
  return `in=${source},stream=${kind},${playlist}playlist_name=${kind}.m3u8,${fields}`
}

const descriptors = (source: string, naming: Naming, prefix = ''): string[] =>
  ['video', 'audio'].map((kind) => descriptor(source, kind, naming(kind, prefix)))

/** A recording that the packager pushes itself, as fast as the server responds. */
const pushed = (name: string, naming: Naming, args: readonly string[]): Recording => ({
  name: `shaka-packager ${name}`,
  push: async (to) => {
    const url = `${to.server.url}/streams/${to.stream}/`
    const absolute = args.map((arg) => (/^\w+\.(mpd|m3u8)$/.test(arg) ? url + arg : arg))
    const all = [...descriptors(to.media.source, naming, url), '--segment_duration', '2', ...tlsOf(to)]
    await mustRun(packager, [...all, ...absolute])
    return null
  },
})

const tlsOf = ({ server, device }: Target): string[] => [
  ...['--ca_file', server.rootCertificate, '--client_cert_file', device.cert],
  ...['--client_cert_private_key_file', device.key],
]

/** A recording that the packager writes to files, which are pushed afterwards. */
const filed = (
  name: string,
  tracksOf: (to: Target) => readonly string[] | Promise<readonly string[]>,
  args: readonly string[],
): Recording => ({
  name: `shaka-packager ${name}`,
  push: (to) =>
    pushFolder(to, async (cwd) => {
      await mustRun(packager, [...(await tracksOf(to)), '--segment_duration', '2', ...args], { cwd })
    }),
})

const both = (naming: Naming) => (to: Target) => descriptors(to.media.source, naming)

const cues = `WEBVTT

00:00:00.500 --> 00:00:03.000
A person at the door

00:00:05.000 --> 00:00:11.500
Gone
`

async function withText(to: Target): Promise<readonly string[]> {
  const file = join(to.media.directory, `cues-${to.stream}`, 'cues.vtt')
  await mkdir(join(to.media.directory, `cues-${to.stream}`))
  await writeFile(file, cues)
  const fields = `init_segment=text/init.mp4,segment_template=text/$Number$.m4s`
  const text = (format: string) => `in=${file},stream=text,format=${format},${fields}`
  return [...descriptors(to.media.source, numbered), text('vtt+mp4')]
}

async function withTtml(to: Target): Promise<readonly string[]> {
  const [video = '', audio = '', text = ''] = await withText(to)
  return [video, audio, text.replace('vtt+mp4', 'ttml+mp4')]
}

const withTrickPlay = (to: Target): readonly string[] => [
  ...descriptors(to.media.source, numbered),
  `in=${to.media.source},stream=video,trick_play_factor=1,init_segment=trick/init.mp4,segment_template=trick/$Number$.m4s`,
]

export const packagerRecordings: readonly Recording[] = [
  pushed('DASH, dynamic', numbered, mpd),
  explain(pushed('DASH, static', numbered, [...mpd, '--generate_static_live_mpd']), {
    'segment-after-end':
      'its static MPD comes before the last segment of audio: a static MPD has no updates (ISO/IEC 23009-1, 5.4)',
  }),
  pushed('HLS, VOD', numbered, hls),
  explain(pushed('HLS, EVENT', numbered, [...hls, '--hls_playlist_type', 'EVENT']), growing),
  explain(
    pushed('HLS, LIVE with a window', numbered, [
      ...[...hls, '--hls_playlist_type', 'LIVE', '--time_shift_buffer_depth', '4'],
    ]),
    growing,
  ),
  pushed('DASH and HLS, $Time$', timed, [...mpd, ...hls]),
  filed('DASH on demand, one file for each track', both(single), mpd),
  filed('DASH on demand, SegmentList', both(single), [...mpd, '--dash_force_segment_list']),
  filed('HLS, byte ranges', both(single), hls),
  filed('DASH, segments of four chunks', both(numbered), [
    ...[...mpd, '--fragment_duration', '0.5', '--fragment_sap_aligned=false'],
    '--generate_static_live_mpd',
  ]),
  filed('DASH, @duration, without indexes', both(numbered), [
    ...[...mpd, '--allow_approximate_segment_timeline', '--generate_sidx_in_media_segments=false'],
    '--generate_static_live_mpd',
  ]),
  filed('DASH, encrypted (cenc)', both(numbered), [...mpd, ...keys, '--generate_static_live_mpd']),
  filed('DASH and HLS, encrypted (cbcs), clear lead of 2 s', both(numbered), [
    ...[...mpd, ...hls, ...keys, '--protection_scheme', 'cbcs', '--clear_lead', '2'],
    '--generate_static_live_mpd',
  ]),
  filed('DASH and HLS, WebVTT in MP4', withText, [...mpd, ...hls, '--generate_static_live_mpd']),
  filed('DASH, TTML in MP4', withTtml, [...mpd, '--generate_static_live_mpd']),
  filed('DASH, trick play', withTrickPlay, [...mpd, '--generate_static_live_mpd']),
  filed('DASH, numbers from 1001', both(numbered), [
    ...[...mpd, '--start_segment_number', '1001', '--generate_static_live_mpd'],
  ]),
]

import { mustRun } from '../../server/run.ts'
import { push, tlsArguments, tlsForMuxer } from '../devices/ffmpeg.ts'
import { pushFolder } from './folder.ts'
import { explain, multiplexed, multiplexedHeader, type Recording, type Target } from './recording.ts'

const seconds = '6'
const urlOf = ({ server, stream }: Target): string => `${server.url}/streams/${stream}`
const http = ({ server, device }: Target): string[] => [
  ...['-method', 'PUT', '-http_persistent', '1', '-http_opts', tlsForMuxer(server, device)],
]

/** A recording that ffmpeg pushes itself, in real time. */
const live = (name: string, args: readonly string[], manifest: string) => ({
  name: `ffmpeg ${name}`,
  push: (to: Target) =>
    push(to.stream, [
      ...['-re', '-i', to.media.source, '-map', '0', '-c', 'copy', '-t', seconds, ...args],
      ...[...http(to), `${urlOf(to)}/${manifest}`],
    ]),
})

/** A recording that ffmpeg writes to files, which are pushed afterwards. */
const filed = (
  name: string,
  args: readonly string[],
  input: readonly string[] = ['-map', '0', '-c', 'copy'],
) => ({
  name: `ffmpeg ${name}`,
  push: (to: Target) =>
    pushFolder(to, async (cwd) => {
      const from = ['-v', 'error', '-nostdin', '-i', to.media.source, ...input, '-t', seconds]
      await mustRun('ffmpeg', [...from, ...args], { cwd })
    }),
})

const dash = ['-f', 'dash', '-seg_duration', '2']
const hls = ['-f', 'hls', '-hls_time', '2', '-hls_segment_type', 'fmp4', '-hls_list_size', '0']
const whole = ['-f', 'mp4', '-movflags']
const commonEncryption = [
  ...['-encryption_scheme', 'cenc-aes-ctr', '-encryption_key', '00112233445566778899aabbccddeeff'],
  ...['-encryption_kid', '0'.repeat(31).concat('1')],
]

const longRequests: Recording = {
  name: 'ffmpeg, one long request for each track',
  push: (to) => {
    const movie = [...whole, '+cmaf+dash+delay_moov+skip_sidx+skip_trailer+frag_keyframe']
    const track = (map: string, path: string) => [
      ...['-map', map, '-c', 'copy', '-t', seconds, ...movie],
      ...['-method', 'POST', '-multiple_requests', '1', '-content_type', 'video/mp4'],
      ...[...tlsArguments(to.server, to.device), `${urlOf(to)}/${path}`],
    ]
    const tracks = [...track('0:v', 'Streams(video.cmfv)'), ...track('0:a', 'Streams(audio.cmfa)')]
    return push(to.stream, ['-re', '-i', to.media.source, ...tracks])
  },
}

const smaller = ['-map', '0:v', '-s:v:1', '160x90', '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25']
const coded = (codec: string, ...more: string[]) => ['-map', '0', '-s', '160x90', '-c:v', codec, ...more]

export const ffmpegRecordings: readonly Recording[] = [
  live('DASH, names of its own', [...dash], 'manifest.mpd'),
  live(
    'DASH, a folder for each track, @duration',
    [
      ...[...dash, '-use_timeline', '0', '-init_seg_name', 'track-$RepresentationID$/init.cmfv'],
      ...['-media_seg_name', 'track-$RepresentationID$/$Number$.cmfv', '-format_options', 'movflags=cmaf'],
    ],
    'manifest.mpd',
  ),
  live('DASH and HLS playlists', [...dash, '-hls_playlist', '1'], 'manifest.mpd'),
  live(
    'low-latency DASH',
    [
      ...[...dash, '-ldash', '1', '-streaming', '1', '-use_template', '1', '-use_timeline', '0'],
      ...['-frag_type', 'duration', '-frag_duration', '0.5'],
    ],
    'manifest.mpd',
  ),
  live(
    'low-latency DASH, a chunk for each frame, and HLS',
    [
      ...[...dash, '-ldash', '1', '-streaming', '1', '-use_template', '1', '-use_timeline', '0'],
      ...['-frag_type', 'every_frame', '-lhls', '1', '-strict', 'experimental', '-hls_playlist', '1'],
    ],
    'manifest.mpd',
  ),
  live(
    'DASH with a window',
    [...dash, '-seg_duration', '1', '-window_size', '2', '-extra_window_size', '1'],
    'manifest.mpd',
  ),
  // ffmpeg's HLS muxer has no options for TLS.
  filed(
    'HLS, independent segments, names of its own',
    [...hls, '-hls_flags', 'independent_segments', 'front_door.m3u8'],
    ['-map', '0:v', '-c', 'copy'],
  ),
  filed(
    'HLS, segments of 1 s with dates',
    [...hls, '-hls_time', '1', '-hls_flags', 'program_date_time+independent_segments', 'live.m3u8'],
    ['-map', '0:v', '-c', 'copy'],
  ),
  longRequests,
  live('DASH, $Time$', [...dash, '-media_seg_name', '$RepresentationID$-$Time$.m4s'], 'a.mpd'),
  filed('DASH, one file for each track', [...dash, '-single_file', '1', 'a.mpd']),
  filed('DASH, one file for each track with one index', [
    ...dash,
    ...['-single_file', '1', '-global_sidx', '1', 'a.mpd'],
  ]),
  filed(
    'DASH, two representations',
    [...dash, '-adaptation_sets', 'id=0,streams=v', 'a.mpd'],
    ['-map', '0:v', ...smaller],
  ),
  filed(
    'DASH, H.265 and AAC',
    [...dash, '-tag:v', 'hvc1', 'a.mpd'],
    coded('libx265', '-preset', 'ultrafast', '-g', '25', '-x265-params', 'log-level=none', '-c:a', 'copy'),
  ),
  filed(
    'DASH, VP9 and Opus',
    [...dash, '-dash_segment_type', 'mp4', '-strict', '-2', 'a.mpd'],
    coded('libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-g', '25', '-c:a', 'libopus'),
  ),
  filed(
    'DASH, AV1 and FLAC',
    [...dash, '-dash_segment_type', 'mp4', '-strict', '-2', 'a.mpd'],
    coded('libsvtav1', '-preset', '12', '-g', '25', '-c:a', 'flac'),
  ),
  filed(
    'DASH, B-frames',
    [...dash, 'a.mpd'],
    coded('libx264', '-preset', 'veryfast', '-bf', '2', '-g', '50', '-c:a', 'copy'),
  ),
  filed(
    'HLS, two variants',
    [
      ...[...hls, '-b:v', '300k', '-var_stream_map', 'v:0 v:1', '-master_pl_name', 'master.m3u8'],
      ...['-hls_segment_filename', 'file_%v_%03d.m4s', 'out_%v.m3u8'],
    ],
    ['-map', '0:v', ...smaller],
  ),
  filed('HLS, audio as a rendition', [
    ...[...hls, '-var_stream_map', 'v:0,agroup:a a:0,agroup:a', '-master_pl_name', 'master.m3u8'],
    ...['-hls_segment_filename', '%v/%d.m4s', '-hls_playlist_type', 'vod', '%v/index.m3u8'],
  ]),
  explain(
    filed('HLS, byte ranges of one file', [...hls, '-hls_flags', 'single_file', 'a.m3u8']),
    multiplexed,
  ),
  explain(
    filed('HLS, EVENT', [
      ...hls,
      '-hls_playlist_type',
      'event',
      '-hls_fmp4_init_filename',
      'head.mp4',
      'a.m3u8',
    ]),
    multiplexed,
  ),
  filed(
    'two headers, short names',
    [
      ...[
        ...dash,
        '-map',
        '0:v',
        '-init_seg_name',
        'pic_init.mp4',
        '-media_seg_name',
        'p$Number$.m4s',
        'p.mpd',
      ],
      ...['-map', '0:a', '-c', 'copy', '-t', seconds, ...dash],
      ...['-init_seg_name', 'snd_init.mp4', '-media_seg_name', 's$Number$.m4s', 's.mpd'],
    ],
    ['-c', 'copy'],
  ),
  explain(filed('one MP4', [...whole, '+faststart', 'clip.mp4']), multiplexedHeader),
  explain(
    filed('one fragmented MP4', [...whole, '+frag_keyframe+empty_moov+default_base_moof', 'clip.mp4']),
    multiplexed,
  ),
  explain(
    filed(
      'fragments encrypted by ffmpeg',
      [...whole, '+cmaf+dash+frag_keyframe', ...commonEncryption, 'video.cmfv'],
      ['-map', '0:v', '-c', 'copy'],
    ),
    {
      'sample-encryption':
        'ffmpeg writes the vectors of encrypted samples into files without fragments alone: these cannot be decrypted (ISO/IEC 23001-7, 7.1)',
    },
  ),
  filed(
    'one CMAF file with one index',
    [...whole, '+cmaf+dash+frag_keyframe+global_sidx', 'video.cmfv'],
    ['-map', '0:v', '-c', 'copy'],
  ),
  filed(
    'one CMAF file with its index',
    [...whole, '+cmaf+dash+frag_keyframe', 'video.cmfv'],
    ['-map', '0:v', '-c', 'copy'],
  ),
  explain(
    filed('clips with headers of their own', [
      ...[
        '-f',
        'segment',
        '-segment_time',
        '2',
        '-segment_format_options',
        'movflags=+frag_keyframe+empty_moov',
      ],
      'clip_%03d.mp4',
    ]),
    multiplexed,
  ),
]

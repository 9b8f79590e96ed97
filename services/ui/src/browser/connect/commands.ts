import { shellWord } from '../dom/format.ts'
import { matterController } from './matter-controller.ts'
import { type Client, type Target, urlOf } from './target.ts'

const testSource = (seconds: string) =>
  `-f lavfi -i testsrc2=size=640x360:rate=25 -f lavfi -i sine=r=48000${seconds}`
const encoding =
  '-pix_fmt yuv420p -c:v libx264 -profile:v main -g 50 -keyint_min 50 -sc_threshold 0 -bf 0 -b:v 600k -c:a aac -b:a 64k'

/** Shell lines for every known client. Tests run those of curl and ffmpeg as they stand. */
export const clientsFor = (target: Target): readonly Client[] => [
  curl(target),
  ffmpeg(target),
  ffmpegLong(target),
  ffmpegHls(target),
  shakaPackager(target),
  gstreamer(target),
  matterController(target),
  harness(target),
]

/** The paths of the files, quoted for a shell. */
const filesOf = ({ root, certificate, key }: Target) => ({
  ca: shellWord(root),
  cert: shellWord(certificate),
  key: shellWord(key),
})

function curl(target: Target): Client {
  const url = urlOf(target)
  const files = filesOf(target)
  return {
    id: 'curl',
    label: 'curl',
    note: 'One object, to see that address and certificates are right.',
    blocks: [
      `printf hello | curl --cacert ${files.ca} --cert ${files.cert} --key ${files.key} -T - ${shellWord(`${url}/hello.txt`)}`,
    ],
  }
}

function ffmpeg(target: Target): Client {
  const url = urlOf(target)
  const { root, certificate, key } = target
  const options = `cert_file=${certificate}:key_file=${key}:ca_file=${root}:tls_verify=1:send_expect_100=1:tcp_nodelay=1`
  const isMatter = target.interface !== 'cmaf-ingest'
  const [init, segment] = isMatter
    ? ['$RepresentationID$/$RepresentationID$.init', '$RepresentationID$/segment_$Number%04d$.m4s']
    : ['track-$RepresentationID$/init.cmfv', 'track-$RepresentationID$/$Number$.cmfv']
  const layout = `-init_seg_name ${shellWord(init)} -media_seg_name ${shellWord(segment)}`
  const playlists = target.interface === 'hls' ? ' -hls_playlist 1 -hls_master_name index.m3u8' : ''
  return {
    id: 'ffmpeg',
    label: 'ffmpeg',
    note: `Live DASH${playlists && ' with HLS playlists'} from a test picture, until you stop it. Without send_expect_100=1 and -re, ffmpeg loses the end of its requests.${isMatter ? ' ffmpeg counts segments from 1 and names tracks by number: the findings about that are right. On a cmaf-ingest stream there are none.' : ''}`,
    blocks: [
      `ffmpeg -nostdin -re ${testSource('')} ${encoding} -f dash -seg_duration 2 -use_timeline 1 -use_template 1 ${layout} -format_options movflags=cmaf${playlists} -method PUT -http_persistent 1 -http_opts ${shellWord(options)} ${shellWord(`${url}/${isMatter ? 'session_1/index.mpd' : 'manifest.mpd'}`)}`,
    ],
  }
}

function ffmpegLong(target: Target): Client {
  const url = urlOf(target)
  const files = filesOf(target)
  return {
    id: 'ffmpeg-long',
    label: 'ffmpeg, one long request',
    note: 'CMAF ingest as Interface-1 has it: one request for as long as the recording lasts. Use a cmaf-ingest stream.',
    blocks: [
      `ffmpeg -nostdin -re ${testSource('')} -map 0:v ${encoding} -f mp4 -movflags +cmaf+dash+delay_moov+skip_sidx+skip_trailer+frag_keyframe -write_prft wallclock -use_editlist 0 -method POST -multiple_requests 1 -send_expect_100 1 -tcp_nodelay 1 -headers $'DASH-IF-Ingest: 1.2\\r\\n' -content_type video/mp4 -cert_file ${files.cert} -key_file ${files.key} -ca_file ${files.ca} -tls_verify 1 ${shellWord(`${url}/Streams(video.cmfv)`)}`,
    ],
  }
}

const ffmpegHls = ({ host, port, stream, root, certificate, key }: Target): Client => ({
  id: 'ffmpeg-hls',
  label: 'ffmpeg HLS + stunnel',
  note: "ffmpeg's HLS muxer cannot show a client certificate; stunnel does it for ffmpeg.",
  blocks: [
    `stunnel -fd 0 <<'END' &\nforeground = yes\nclient = yes\n[pavs]\naccept = 127.0.0.1:1280\nconnect = ${host}:${port}\ncert = ${certificate}\nkey = ${key}\nCAfile = ${root}\nverifyChain = yes\nEND`,
    `ffmpeg -nostdin -re ${testSource('')} ${encoding} -f hls -hls_time 2 -hls_flags independent_segments -hls_segment_type fmp4 -hls_segment_filename ${shellWord(`http://127.0.0.1:1280/streams/${stream}/seg-%05d.m4s`)} -hls_fmp4_init_filename init.mp4 -method PUT -http_persistent 1 ${shellWord(`http://127.0.0.1:1280/streams/${stream}/index.m3u8`)}`,
  ],
})

function shakaPackager(target: Target): Client {
  const url = urlOf(target)
  const files = filesOf(target)
  return {
    id: 'shaka-packager',
    label: 'shaka-packager',
    note: 'Packages a file, as fast as it can. npm i shaka-packager brings the program.',
    blocks: [
      `packager ${shellWord(`in=src.mp4,stream=video,init_segment=${url}/video/init.mp4,segment_template=${url}/video/$Number$.m4s`)} ${shellWord(`in=src.mp4,stream=audio,init_segment=${url}/audio/init.mp4,segment_template=${url}/audio/$Number$.m4s`)} --segment_duration 2 --mpd_output ${shellWord(`${url}/manifest.mpd`)} --ca_file ${files.ca} --client_cert_file ${files.cert} --client_cert_private_key_file ${files.key}`,
    ],
  }
}

function gstreamer(target: Target): Client {
  const url = urlOf(target)
  return {
    id: 'gstreamer',
    label: 'GStreamer',
    note: 'curlhttpsink sends what comes as one long request, and shows no client certificate. cmafmux is part of gst-plugins-rs. This line was not run here. Use a cmaf-ingest stream.',
    blocks: [
      `gst-launch-1.0 -e videotestsrc is-live=true ! video/x-raw,width=640,height=360,framerate=25/1 ! x264enc key-int-max=50 bitrate=600 ! h264parse ! cmafmux fragment-duration=2000000000 ! curlhttpsink location=${shellWord(`${url}/Streams(video.cmfv)`)} content-type=video/mp4 ssl-verify=false`,
    ],
  }
}

const harness = ({ host }: Target): Client => ({
  id: 'harness',
  label: 'Matter test harness',
  note: 'The harness starts the server itself; give it the launcher of this repository in place of its own.',
  blocks: [
    `--string-arg th_server_app_path:services/standalone/push_av_server.py --string-arg host_ip:${host}`,
  ],
})

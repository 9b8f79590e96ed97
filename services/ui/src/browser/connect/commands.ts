import { shellWord } from '../dom/format.ts'

/** Where a client pushes to, and with what. */
export interface Target {
  /** Host name or address, as in the server's certificate. */
  readonly host: string
  readonly port: number
  readonly stream: number
  readonly interface: string
  /** Paths of files for the client's command line. */
  readonly root: string
  readonly certificate: string
  readonly key: string
}

export interface Client {
  readonly id: string
  readonly label: string
  /** What to know before. */
  readonly note: string
  /** Lines for a shell, one block each. */
  readonly blocks: readonly string[]
}

/** `https://host:port`, with brackets around an IPv6 address. */
export const originOf = ({ host, port }: Pick<Target, 'host' | 'port'>): string =>
  `https://${host.includes(':') ? `[${host}]` : host}:${port}`

const testSource = (seconds: string) =>
  `-f lavfi -i testsrc2=size=640x360:rate=25 -f lavfi -i sine=r=48000${seconds}`
const encoding =
  '-pix_fmt yuv420p -c:v libx264 -profile:v main -g 50 -keyint_min 50 -sc_threshold 0 -bf 0 -b:v 600k -c:a aac -b:a 64k'

/** Lines for every known client; those of curl and ffmpeg are run by tests as they stand. */
export function clientsFor(target: Target): readonly Client[] {
  const { root, certificate, key, stream } = target
  const url = `${originOf(target)}/streams/${stream}`
  const files = { ca: shellWord(root), cert: shellWord(certificate), key: shellWord(key) }
  const options = `cert_file=${certificate}:key_file=${key}:ca_file=${root}:tls_verify=1:send_expect_100=1:tcp_nodelay=1`
  const isMatter = target.interface !== 'cmaf-ingest'
  const names = isMatter
    ? ['$RepresentationID$/$RepresentationID$.init', '$RepresentationID$/segment_$Number%04d$.m4s']
    : ['track-$RepresentationID$/init.cmfv', 'track-$RepresentationID$/$Number$.cmfv']
  const layout = `-init_seg_name ${shellWord(names[0] ?? '')} -media_seg_name ${shellWord(names[1] ?? '')}`
  const playlists = target.interface === 'hls' ? ' -hls_playlist 1 -hls_master_name index.m3u8' : ''
  return [
    {
      id: 'curl',
      label: 'curl',
      note: 'One object, to see that address and certificates are right.',
      blocks: [
        `printf hello | curl --cacert ${files.ca} --cert ${files.cert} --key ${files.key} -T - ${shellWord(`${url}/hello.txt`)}`,
      ],
    },
    {
      id: 'ffmpeg',
      label: 'ffmpeg',
      note: `Live DASH${playlists && ' with HLS playlists'} from a test picture, until you stop it. Without send_expect_100=1 and -re, ffmpeg loses the end of its requests.${isMatter ? ' ffmpeg counts segments from 1 and names tracks by number: the findings about that are right. On a cmaf-ingest stream there are none.' : ''}`,
      blocks: [
        `ffmpeg -nostdin -re ${testSource('')} ${encoding} -f dash -seg_duration 2 -use_timeline 1 -use_template 1 ${layout} -format_options movflags=cmaf${playlists} -method PUT -http_persistent 1 -http_opts ${shellWord(options)} ${shellWord(`${url}/${isMatter ? 'session_1/index.mpd' : 'manifest.mpd'}`)}`,
      ],
    },
    {
      id: 'ffmpeg-long',
      label: 'ffmpeg, one long request',
      note: 'CMAF ingest as Interface-1 has it: one request for as long as the recording lasts. Use a cmaf-ingest stream.',
      blocks: [
        `ffmpeg -nostdin -re ${testSource('')} -map 0:v ${encoding} -f mp4 -movflags +cmaf+dash+delay_moov+skip_sidx+skip_trailer+frag_keyframe -write_prft wallclock -use_editlist 0 -method POST -multiple_requests 1 -send_expect_100 1 -tcp_nodelay 1 -headers $'DASH-IF-Ingest: 1.2\\r\\n' -content_type video/mp4 -cert_file ${files.cert} -key_file ${files.key} -ca_file ${files.ca} -tls_verify 1 ${shellWord(`${url}/Streams(video.cmfv)`)}`,
      ],
    },
    {
      id: 'ffmpeg-hls',
      label: 'ffmpeg HLS + stunnel',
      note: "ffmpeg's HLS muxer cannot show a client certificate; stunnel does it for ffmpeg.",
      blocks: [
        `stunnel -fd 0 <<'END' &\nforeground = yes\nclient = yes\n[pavs]\naccept = 127.0.0.1:1280\nconnect = ${target.host}:${target.port}\ncert = ${certificate}\nkey = ${key}\nCAfile = ${root}\nverifyChain = yes\nEND`,
        `ffmpeg -nostdin -re ${testSource('')} ${encoding} -f hls -hls_time 2 -hls_flags independent_segments -hls_segment_type fmp4 -hls_segment_filename ${shellWord(`http://127.0.0.1:1280/streams/${stream}/seg-%05d.m4s`)} -hls_fmp4_init_filename init.mp4 -method PUT -http_persistent 1 ${shellWord(`http://127.0.0.1:1280/streams/${stream}/index.m3u8`)}`,
      ],
    },
    {
      id: 'shaka-packager',
      label: 'shaka-packager',
      note: 'Packages a file, as fast as it can. npm i shaka-packager brings the program.',
      blocks: [
        `packager ${shellWord(`in=src.mp4,stream=video,init_segment=${url}/video/init.mp4,segment_template=${url}/video/$Number$.m4s`)} ${shellWord(`in=src.mp4,stream=audio,init_segment=${url}/audio/init.mp4,segment_template=${url}/audio/$Number$.m4s`)} --segment_duration 2 --mpd_output ${shellWord(`${url}/manifest.mpd`)} --ca_file ${files.ca} --client_cert_file ${files.cert} --client_cert_private_key_file ${files.key}`,
      ],
    },
    {
      id: 'gstreamer',
      label: 'GStreamer',
      note: 'curlhttpsink sends what comes as one long request, and shows no client certificate. cmafmux is part of gst-plugins-rs. This line was not run here. Use a cmaf-ingest stream.',
      blocks: [
        `gst-launch-1.0 -e videotestsrc is-live=true ! video/x-raw,width=640,height=360,framerate=25/1 ! x264enc key-int-max=50 bitrate=600 ! h264parse ! cmafmux fragment-duration=2000000000 ! curlhttpsink location=${shellWord(`${url}/Streams(video.cmfv)`)} content-type=video/mp4 ssl-verify=false`,
      ],
    },
    matterController(target, url),
    {
      id: 'harness',
      label: 'Matter test harness',
      note: 'The harness starts the server itself; give it the launcher of this repository in place of its own.',
      blocks: [
        '--string-arg th_server_app_path:services/standalone/push_av_server.py --string-arg host_ip:' +
          target.host,
      ],
    },
  ]
}

/** A variable of the shell; a line that is pasted before it is set says so and runs nothing. */
const variable = (name: string): string => `\${${name}:?not set}`

function matterController({ host, port, interface: kind, root }: Target, url: string): Client {
  const cmafInterface = { 'cmaf-ingest': 0, dash: 1, hls: 2 }[kind] ?? 0
  const transport = JSON.stringify({
    streamUsage: 1,
    videoStreams: [{ videoStreamName: 'video', videoStreamID: 1 }],
    audioStreams: [{ audioStreamName: 'audio', audioStreamID: 2 }],
    TLSEndpointID: 1,
    url: `${url}/`,
    triggerOptions: { triggerType: 0, maxPreRollLen: 4000 },
    ingestMethod: 0,
    containerOptions: {
      containerType: 0,
      CMAFContainerOptions: {
        CMAFInterface: cmafInterface,
        segmentDuration: 4000,
        chunkDuration: 2000,
        sessionGroup: 1,
        trackName: 'media',
      },
    },
  })
  return {
    id: 'matter',
    label: 'Matter controller',
    note: 'The order of the arguments is that of the SDK’s chip-tool; these lines were not run here. Node 1, camera on endpoint 1, TLS clusters on endpoint 0. Set what a comment names from the response before you paste the next lines: CAID=1, CSR in hex. The clock of the camera has to be set.',
    blocks: [
      `ROOT=$(openssl x509 -in ${shellWord(root)} -outform DER | xxd -p | tr -d '\\n')`,
      `chip-tool pairing onnetwork 1 20202021`,
      `chip-tool cameraavstreammanagement video-stream-allocate 1 0 30 30 '{"width":640,"height":480}' '{"width":640,"height":480}' 10000 10000 4000 1 1 --WatermarkEnabled 1 --OSDEnabled 1\nchip-tool cameraavstreammanagement audio-stream-allocate 1 0 2 48000 96000 16 1 1`,
      `chip-tool tlscertificatemanagement provision-root-certificate hex:${variable('ROOT')} null 1 0 --allow-large-payload 1     # → CAID\nchip-tool tlscertificatemanagement client-csr hex:$(openssl rand -hex 32) null 1 0 --allow-large-payload 1     # → CCDID, CSR`,
      `echo ${variable('CSR')} | xxd -r -p | curl --cacert ${shellWord(root)} -H 'content-type: application/pkcs10' --data-binary @- ${shellWord(`${originOf({ host, port })}/certs/DUT/sign`)}\nLEAF=$(curl --cacert ${shellWord(root)} ${shellWord(`${originOf({ host, port })}/certs/device/DUT.pem?format=der`)} | xxd -p | tr -d '\\n')`,
      `chip-tool tlscertificatemanagement provision-client-certificate ${variable('CCDID')} hex:${variable('LEAF')} '[]' 1 0 --allow-large-payload 1\nchip-tool tlsclientmanagement provision-endpoint ${host} ${port} ${variable('CAID')} ${variable('CCDID')} null 1 0 --allow-large-payload 1     # → TLSEndpointID`,
      `chip-tool pushavstreamtransport allocate-push-transport '${transport}' 1 1 --allow-large-payload 1     # → ConnectionID`,
      `chip-tool pushavstreamtransport set-transport-status ${variable('ConnectionID')} 0 1 1\nchip-tool pushavstreamtransport manually-trigger-transport ${variable('ConnectionID')} 0 1 1 --TimeControl '{"initialDuration":30,"augmentationDuration":10,"maxDuration":120,"blindDuration":1}'`,
    ],
  }
}

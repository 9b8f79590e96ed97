import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { pushAsCamera } from '../devices/camera.ts'
import { asHls } from '../media/hls-recording.ts'
import { type MpdStyle, mpdStyles, type RecordedObject, recordSession } from '../media/matter-recording.ts'
import { explain, growing, type Recording, type Target } from './recording.ts'

const latest: MpdStyle = { media: 'segment_$Number$.m4s', dynamicHasTimeline: false }

/** A recording made from a Matter recording of the same source. */
const layout = (
  name: string,
  objectsOf: (
    recording: readonly RecordedObject[],
  ) => readonly RecordedObject[] | Promise<readonly RecordedObject[]>,
  style: MpdStyle = latest,
): Recording => ({
  name,
  push: async (to: Target) => {
    const folder = join(to.media.directory, `layout-${to.stream}`)
    const recording = await recordSession(to.media.source, folder, style)
    await pushAsCamera(to.server, to.device, to.stream, await objectsOf(recording))
    return null
  },
})

const matter = Object.entries(mpdStyles).map(
  ([name, style]): Recording => ({ ...layout(`${name}, DASH`, (all) => all, style), interface: 'dash' }),
)

const of = (all: readonly RecordedObject[], track: string): readonly RecordedObject[] =>
  all.filter(({ path }) => path.includes(`/${track}/`))

const hubSession = '9876543210987654321'
const keyId = '0000000012344000'
const contentKey = Buffer.from(
  hkdfSync('sha256', Buffer.alloc(32, 7), Buffer.alloc(0), 'HomeKit 1.0 CMAF Content', 32),
)

function sealed(plain: Buffer): Buffer {
  const iv = randomBytes(16)
  const cipher = createCipheriv('aes-256-gcm', contentKey, iv)
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

const playlist = (path: string, lines: readonly string[]): RecordedObject => ({
  path,
  type: 'application/vnd.apple.mpegurl',
  body: Buffer.from(`${lines.join('\n')}\n`),
})

/** A HomeKit camera that sends to a hub's publishing point: video only, a playlist after each segment. */
function homeKit(all: readonly RecordedObject[], isSealed: boolean): readonly RecordedObject[] {
  const folder = `session_${hubSession}`
  const seal = isSealed ? sealed : (plain: Buffer) => plain
  const [init, ...segments] = of(all, 'video').map(
    (object): RecordedObject => ({
      ...object,
      path: object.path.replace('session_1', folder),
      body: seal(object.body),
    }),
  )
  if (!init) throw new Error('no init segment')
  const head = (target: number) => [
    ...['#EXTM3U', '#EXT-X-VERSION:7', `#EXT-X-TARGETDURATION:${target}`, '#EXT-X-MEDIA-SEQUENCE:1001'],
    ...['#EXT-X-PLAYLIST-TYPE:EVENT', '#EXT-X-INDEPENDENT-SEGMENTS'],
    ...(isSealed ? [`#EXT-X-KEY:METHOD=AES-256-GCM,URI="${keyId}"`] : []),
    '#EXT-X-MAP:URI="video.init"',
  ]
  const media = (count: number) =>
    playlist(`${folder}/video/index.m3u8`, [
      ...head(count === 0 ? 2 : 4),
      ...segments
        .slice(0, count)
        .flatMap(({ path }) => ['#EXTINF:4.000,', path.slice(path.lastIndexOf('/') + 1)]),
      ...(count === segments.length ? ['#EXT-X-ENDLIST'] : []),
    ])
  const start = sealed(Buffer.from('2026-09-15T00:00:00Z'))
  const clock = {
    method: 'AES-256-GCM',
    initializationVector: start.subarray(0, 16).toString('base64'),
    ciphertext: start.subarray(16, -16).toString('base64'),
    tag: start.subarray(-16).toString('base64'),
    keyIDString: keyId,
  }
  const value = Buffer.from(JSON.stringify(clock)).toString('base64')
  const multivariant = playlist(`${folder}/index.m3u8`, [
    ...['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS'],
    ...(isSealed
      ? [
          `#EXT-X-SESSION-KEY:METHOD=AES-256-GCM,URI="${keyId}"`,
          `#EXT-X-SESSION-DATA:DATA-ID="com.apple.encrypted-datetime.timestamp",VALUE="${value}"`,
        ]
      : []),
    '#EXT-X-SESSION-DATA:DATA-ID="com.apple.homekit.sensor-id",VALUE="5D1D6F0E-4C62-4F3B-8E53-9E0F7F4F8A11"',
    '#EXT-X-STREAM-INF:BANDWIDTH=600000,CODECS="avc1.42c01e",RESOLUTION=640x360',
    'video/index.m3u8',
  ])
  return [init, media(0), multivariant, ...segments.flatMap((segment, at) => [segment, media(at + 1)])]
}

const mpd = (path: string, body: string): RecordedObject => ({
  path,
  type: 'application/dash+xml',
  body: Buffer.from(body),
})

/** A HomeKit camera that sends a static MPD before and after clear tracks. */
function homeKitDash(all: readonly RecordedObject[]): readonly RecordedObject[] {
  const text = all.at(-1)?.body.toString() ?? ''
  const first = text.replaceAll(' r="2"', '').replace('PT12S', 'PT4S')
  const media = all.filter(({ path }) => !path.endsWith('.mpd'))
  return [mpd('session_1/index.mpd', first), ...media, mpd('session_1/index.mpd', text)]
}

/** A relay that sends video alone, in a folder that carries the number of the session. */
const relay = (all: readonly RecordedObject[]): readonly RecordedObject[] =>
  of(all, 'video').map((object, at) => ({
    ...object,
    type: 'video/mp4',
    path: `video-71/${at === 0 ? 'init.mp4' : `seg-${at}.m4s`}`,
  }))

/** An ESP32-P4: one track, a dynamic MPD first and a static one at the end, both with @duration alone. */
function espressif(all: readonly RecordedObject[]): readonly RecordedObject[] {
  const mpdOf = (about: string) =>
    mpd(
      'session_1/index.mpd',
      `<?xml version="1.0" encoding="UTF-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" ${about} minBufferTime="PT4S">
  <Period id="0" start="PT0S">
    <AdaptationSet id="0" contentType="video" mimeType="video/mp4" segmentAlignment="true" startWithSAP="1">
      <Representation id="video1" bandwidth="1000000" codecs="avc1.42C01E" width="640" height="360" frameRate="25">
        <SegmentTemplate timescale="90000" duration="360000" startNumber="1001"
          initialization="video1/video1.init" media="video1/segment_$Number$.m4s"/>
      </Representation>
    </AdaptationSet>
  </Period>
</MPD>
`,
    )
  const start = '2026-11-28T00:00:00Z'
  const clock = `availabilityStartTime="${start}" publishTime="${start}" timeShiftBufferDepth="PT30S"`
  const live = `profiles="urn:mpeg:dash:profile:isoff-live:2011" type="dynamic" ${clock} minimumUpdatePeriod="PT4S"`
  const done = `profiles="urn:mpeg:dash:profile:isoff-on-demand:2011" type="static" mediaPresentationDuration="PT12S"`
  const media = of(all, 'video').map(
    (object): RecordedObject => ({
      ...object,
      headers: ['DASH-IF-Ingest: 1.1'],
      path: object.path.replace('/video/', '/video1/').replace('video.init', 'video1.init'),
    }),
  )
  return [mpdOf(live), ...media, mpdOf(done)]
}

/** An ESP32-P4 with playlists beside its MPDs. */
function espressifHls(all: readonly RecordedObject[]): readonly RecordedObject[] {
  const [dynamic, init, ...rest] = espressif(all)
  const end = rest.at(-1)
  const segments = rest.slice(0, -1)
  if (!dynamic || !init || !end) throw new Error('no recording')
  const names = segments.flatMap(({ path }) => ['#EXTINF:4.000,', path.slice(path.lastIndexOf('/') + 1)])
  const media = (count: number, ...tail: string[]) =>
    playlist('session_1/video1/playlist.m3u8', [
      ...['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-TARGETDURATION:4', '#EXT-X-MEDIA-SEQUENCE:1001'],
      ...[
        '#EXT-X-INDEPENDENT-SEGMENTS',
        '#EXT-X-MAP:URI="video1.init"',
        ...names.slice(0, 2 * count),
        ...tail,
      ],
    ])
  const master = playlist('session_1/master.m3u8', [
    ...['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS', '#EXT-X-STREAM-INF:BANDWIDTH=1000000'],
    'video1/playlist.m3u8',
  ])
  const parts = segments.flatMap((segment, at) => [segment, media(at + 1)])
  return [dynamic, master, init, ...parts, media(segments.length, '#EXT-X-ENDLIST'), end]
}

export const layoutRecordings: readonly Recording[] = [
  ...matter,
  { ...layout('Matter, HLS', asHls), interface: 'hls' },
  explain(
    layout('HomeKit over playlists, sealed', (all) => homeKit(all, true)),
    {
      'media-not-isobmff':
        'each object is sealed with AES-256-GCM: nothing in it can be read without the key',
      ...growing,
    },
  ),
  explain(
    layout('HomeKit over playlists, clear', (all) => homeKit(all, false)),
    growing,
  ),
  {
    ...layout('HomeKit over DASH', homeKitDash),
    interface: 'dash',
    explained: {
      'mpd-static-early': 'it sends a static MPD first; Matter asks for a dynamic one (11.7.1.8.1)',
      'segment-before-mpd': 'the same: no dynamic MPD ever comes',
    },
  },
  layout('HomeKit relay, one track', relay),
  { ...layout('Espressif, DASH', espressif), interface: 'dash' },
  {
    ...layout('Espressif, DASH and playlists', espressifHls),
    interface: 'dash',
    explained: {
      'manifest-interface': 'Matter has one kind of manifest for each interface; this sends both',
    },
  },
]

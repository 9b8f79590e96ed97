import { randomBytes } from 'node:crypto'
import { segmentSeconds } from '../media/clip.ts'
import { segmentName } from './matter.ts'
import { initObject, numbersOf, playlistObject, segmentObject } from './objects.ts'
import type { PlannedObject, Profile, SessionSetup } from './plan.ts'
import { type CameraKey, cameraKey } from './seal.ts'

/** An accessory of HomeKit Secure Video as HAP-NodeJS uploads: sealed media, a playlist after each segment. */
export const homeKit: Profile = {
  summary: 'HomeKit Secure Video: sealed media, a playlist after each segment',
  interface: 'hksv',
  keepsConnections: true,
  newSession: () => randomBytes(8).readBigUInt64BE().toString(),
  planOf: (recording) => {
    const key = cameraKey(randomBytes(32), 1n)
    const folder = `session_${recording.session}`
    const track = { name: 'video', kind: 'video', media: recording.clip.video } as const
    const media = (count: number) =>
      playlistObject(`${folder}/video/index.m3u8`, segmentSeconds * Math.max(1, count), () =>
        mediaPlaylist(key, count, count === recording.segments),
      )
    return [
      sealed(key, initObject(`${folder}/video/video.init`, track)),
      media(0),
      playlistObject(`${folder}/index.m3u8`, segmentSeconds, () => multivariant(key, recording)),
      ...numbersOf(recording).flatMap((nth) => [
        sealed(key, segmentObject(`${folder}/video/${segmentName(nth)}`, recording, track, nth)),
        media(nth),
      ]),
    ]
  },
}

const sealed = (key: CameraKey, object: PlannedObject): PlannedObject => ({
  ...object,
  body: () => key.seal(object.body()),
})

const mediaPlaylist = (key: CameraKey, count: number, isEnded: boolean): readonly string[] => [
  ...['#EXTM3U', '#EXT-X-VERSION:7', `#EXT-X-TARGETDURATION:${count === 0 ? 2 : segmentSeconds}`],
  ...['#EXT-X-MEDIA-SEQUENCE:1001', '#EXT-X-PLAYLIST-TYPE:EVENT', '#EXT-X-INDEPENDENT-SEGMENTS'],
  ...[`#EXT-X-KEY:METHOD=AES-256-GCM,URI="${key.id}"`, '#EXT-X-MAP:URI="video.init"'],
  ...Array.from({ length: count }, (_, at) => ['#EXTINF:4.000,', segmentName(at + 1)]).flat(),
  ...(isEnded ? ['#EXT-X-ENDLIST'] : []),
]

function multivariant(key: CameraKey, { clip, startedAt }: SessionSetup): readonly string[] {
  const time = key.seal(Buffer.from(startedAt.toISOString().replace(/\.\d+/, '')))
  const value = {
    method: 'AES-256-GCM',
    initializationVector: time.toString('base64', 0, 16),
    ciphertext: time.toString('base64', 16, 36),
    tag: time.toString('base64', 36),
    keyIDString: key.id,
  }
  const data = (id: string, text: string) => `#EXT-X-SESSION-DATA:DATA-ID="com.apple.${id}",VALUE="${text}"`
  return [
    ...['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS'],
    `#EXT-X-SESSION-KEY:METHOD=AES-256-GCM,URI="${key.id}"`,
    data('encrypted-datetime.timestamp', Buffer.from(JSON.stringify(value)).toString('base64')),
    data('homekit.sensor-id', '5D1D6F0E-4C62-4F3B-8E53-9E0F7F4F8A11'),
    `#EXT-X-STREAM-INF:BANDWIDTH=600000,CODECS="${clip.video.codec}",RESOLUTION=640x360`,
    'video/index.m3u8',
  ]
}

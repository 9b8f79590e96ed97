import { createCipheriv, randomBytes } from 'node:crypto'

/** A HomeKit Secure Video session as HAP-NodeJS uploads it, with the key of the published test vector. */
export const hksvKeyId = '0000000012344000'
export const hksvCameraKey = Buffer.from(Array.from({ length: 32 }, (_, at) => at))
export const hksvContentKey = Buffer.from(
  'bc6ca5e67f07754fd51de3d56c9e9af2f8343636248ae1f1cd74fe09df84a317',
  'hex',
)

/** Encrypts with the content key (AES-256-GCM). Returns IV, ciphertext and tag in this order. */
export function sealed(plain: Buffer | string, iv = randomBytes(16)): Buffer {
  const cipher = createCipheriv('aes-256-gcm', hksvContentKey, iv, { authTagLength: 16 })
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()])
}

const keyTag = (name: string, keyId: string) => `#${name}:METHOD=AES-256-GCM,URI="${keyId}"`

/** The media playlist of `count` segments of 4 s. */
export const hksvPlaylist = (count: number, isEnded = false, keyId = hksvKeyId): string =>
  [
    ...['#EXTM3U', '#EXT-X-VERSION:7', `#EXT-X-TARGETDURATION:${count === 0 ? 2 : 4}`],
    ...['#EXT-X-MEDIA-SEQUENCE:1001', '#EXT-X-PLAYLIST-TYPE:EVENT', '#EXT-X-INDEPENDENT-SEGMENTS'],
    ...[keyTag('EXT-X-KEY', keyId), '#EXT-X-MAP:URI="video.init"'],
    ...Array.from({ length: count }, (_, nth) => ['#EXTINF:4.000,', `segment_${1_001 + nth}.m4s`]).flat(),
    ...(isEnded ? ['#EXT-X-ENDLIST'] : []),
    '',
  ].join('\n')

export function hksvMultivariant(keyId = hksvKeyId): string {
  const time = sealed('2026-09-15T00:00:00Z')
  const value = {
    method: 'AES-256-GCM',
    initializationVector: time.toString('base64', 0, 16),
    ciphertext: time.toString('base64', 16, 36),
    tag: time.toString('base64', 36),
    keyIDString: keyId,
  }
  const data = (id: string, text: string) => `#EXT-X-SESSION-DATA:DATA-ID="com.apple.${id}",VALUE="${text}"`
  return [
    ...['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS', keyTag('EXT-X-SESSION-KEY', keyId)],
    data('encrypted-datetime.timestamp', Buffer.from(JSON.stringify(value)).toString('base64')),
    data('homekit.sensor-id', '6d0b8f3e-0000-4000-8000-000000000000'),
    '#EXT-X-STREAM-INF:BANDWIDTH=4000000,CODECS="avc1.640028",RESOLUTION=1920x1080',
    ...['video/index.m3u8', ''],
  ].join('\n')
}

/** The uploads of a session as pairs of path below the stream and body: sealed media, a playlist after each segment. */
export function hksvSession(
  session: string,
  init: Buffer,
  segments: readonly Buffer[],
): readonly (readonly [path: string, body: Buffer | string])[] {
  const playlist = `session_${session}/video/index.m3u8`
  return [
    [`session_${session}/video/video.init`, sealed(init)],
    [playlist, hksvPlaylist(0)],
    [`session_${session}/index.m3u8`, hksvMultivariant()],
    ...segments.flatMap((segment, nth): readonly (readonly [string, Buffer | string])[] => [
      [`session_${session}/video/segment_${1_001 + nth}.m4s`, sealed(segment)],
      [playlist, hksvPlaylist(nth + 1, nth + 1 === segments.length)],
    ]),
  ]
}

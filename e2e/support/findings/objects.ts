import {
  end,
  listed,
  type MpdParts,
  mpdText,
  multivariantText,
  neatMpdText,
  playlistText,
  vod,
} from './manifests.ts'
import { initOf, segmentOf } from './media.ts'

/** One request of a device. */
export interface Sent {
  /** Below the stream. */
  readonly path: string
  readonly body: Buffer | string
  readonly headers?: Readonly<Record<string, string>>
  /** Its connection is lost before the body's end. */
  readonly isCutOff?: boolean
  /** No certificate is shown. */
  readonly isAnonymous?: boolean
}

export const object = (path: string, body: Buffer | string): Sent => ({ path, body })
export const cutOff = (sent: Sent): Sent => ({ ...sent, isCutOff: true })
export const anonymous = (sent: Sent): Sent => ({ ...sent, isAnonymous: true })
export const headed = (sent: Sent, name: string, value: string): Sent => ({
  ...sent,
  headers: { [name]: value },
})

/** What a Matter camera sends, session 1 and track `video` unless told otherwise. */
export const init = (body = initOf(), track = 'video', session = 1): Sent =>
  object(`session_${session}/${track}/${track}.init`, body)

export const segment = (
  number: number,
  body = segmentOf(number - 1_000),
  track = 'video',
  session = 1,
): Sent => object(`session_${session}/${track}/segment_${number}.m4s`, body)

export const dynamicMpd = (session = 1, parts: MpdParts = {}): Sent =>
  object(`session_${session}/index.mpd`, mpdText('dynamic', parts))

export const staticMpd = (session = 1, parts: MpdParts = {}): Sent =>
  object(`session_${session}/index.mpd`, mpdText('static', parts))

export const multivariant = (...tracks: readonly string[]): Sent =>
  object('session_1/index.m3u8', multivariantText(tracks))

export const playlist = (track: string, ...tags: readonly string[]): Sent =>
  object(`session_1/${track}/index.m3u8`, playlistText(...tags))

export const initialPlaylist = (track = 'video'): Sent => playlist(track)
export const finalPlaylist = (segments: number, track = 'video'): Sent =>
  playlist(track, vod, ...listed(segments, track), end)

export const hlsSegment = (number: number, seconds = '1.0', header = 'X-EXTINF-duration'): Sent =>
  headed(segment(number), header, seconds)

/** How sessions begin. */
export const started: readonly Sent[] = [dynamicMpd(), init()]
export const hlsReady: readonly Sent[] = [multivariant('video'), initialPlaylist(), init()]

/** What is sent to a cmaf-ingest stream under names of one's own. */
export const freeInit = (body = initOf()): Sent => object('v/init.mp4', body)
export const free = (nth: number, body = segmentOf(nth)): Sent => object(`v/${nth}.m4s`, body)
export const neatMpd = (...parts: Parameters<typeof neatMpdText>): Sent =>
  object('m.mpd', neatMpdText(...parts))

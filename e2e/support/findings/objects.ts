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
export interface UploadRequest {
  /** Path below the stream. */
  readonly path: string
  readonly body: Buffer | string
  readonly headers?: Readonly<Record<string, string>>
  /** The connection is lost before the end of the body. */
  readonly isCutOff?: boolean
  /** The device shows no certificate. */
  readonly isAnonymous?: boolean
}

export const object = (path: string, body: Buffer | string): UploadRequest => ({ path, body })
export const cutOff = (sent: UploadRequest): UploadRequest => ({ ...sent, isCutOff: true })
export const anonymous = (sent: UploadRequest): UploadRequest => ({ ...sent, isAnonymous: true })
export const headed = (sent: UploadRequest, name: string, value: string): UploadRequest => ({
  ...sent,
  headers: { [name]: value },
})

/** An init segment as a Matter camera sends it, by default of session 1 and track `video`. */
export const init = (body = initOf(), track = 'video', session = 1): UploadRequest =>
  object(`session_${session}/${track}/${track}.init`, body)

export const segment = (
  number: number,
  body = segmentOf(number - 1_000),
  track = 'video',
  session = 1,
): UploadRequest => object(`session_${session}/${track}/segment_${number}.m4s`, body)

export const dynamicMpd = (session = 1, parts: MpdParts = {}): UploadRequest =>
  object(`session_${session}/index.mpd`, mpdText('dynamic', parts))

export const staticMpd = (session = 1, parts: MpdParts = {}): UploadRequest =>
  object(`session_${session}/index.mpd`, mpdText('static', parts))

export const multivariant = (...tracks: readonly string[]): UploadRequest =>
  object('session_1/index.m3u8', multivariantText(tracks))

export const playlist = (track: string, ...tags: readonly string[]): UploadRequest =>
  object(`session_1/${track}/index.m3u8`, playlistText(...tags))

export const initialPlaylist = (track = 'video'): UploadRequest => playlist(track)
export const finalPlaylist = (segments: number, track = 'video'): UploadRequest =>
  playlist(track, vod, ...listed(segments, track), end)

export const hlsSegment = (number: number, seconds = '1.0', header = 'X-EXTINF-duration'): UploadRequest =>
  headed(segment(number), header, seconds)

/** The beginning of a session. */
export const started: readonly UploadRequest[] = [dynamicMpd(), init()]
export const hlsReady: readonly UploadRequest[] = [multivariant('video'), initialPlaylist(), init()]
export const recorded: readonly UploadRequest[] = [...started, segment(1001)]
export const ended: readonly UploadRequest[] = [...recorded, staticMpd()]

/** An init segment for a cmaf-ingest stream, which may have any name. */
export const freeInit = (body = initOf()): UploadRequest => object('v/init.mp4', body)
export const free = (nth: number, body = segmentOf(nth)): UploadRequest => object(`v/${nth}.m4s`, body)
export const neatMpd = (...parts: Parameters<typeof neatMpdText>): UploadRequest =>
  object('m.mpd', neatMpdText(...parts))

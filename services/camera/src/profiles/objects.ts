import { type Clip, type ClipTrack, mediaOf, segmentSeconds } from '../media/clip.ts'
import type { PlannedObject, SessionSetup } from './plan.ts'

/** A track of a recording with the name that the camera gives it. */
export interface NamedTrack {
  readonly name: string
  readonly kind: 'video' | 'audio'
  readonly media: ClipTrack
}

export const tracksOf = ({ video, audio }: Clip): readonly [NamedTrack, NamedTrack] => [
  { name: 'video', kind: 'video', media: video },
  { name: 'audio', kind: 'audio', media: audio },
]

export const numbersOf = ({ segments }: SessionSetup): readonly number[] =>
  Array.from({ length: segments }, (_, at) => at + 1)

export const secondsOf = ({ segments }: SessionSetup): number => segments * segmentSeconds

const manifestObject = (path: string, type: string, at: number, text: () => string): PlannedObject => ({
  path,
  method: 'PUT',
  headers: { 'Content-Type': type },
  role: 'manifest',
  track: null,
  nth: 0,
  at,
  body: () => Buffer.from(text()),
})

export const mpdObject = (path: string, at: number, text: () => string): PlannedObject =>
  manifestObject(path, 'application/dash+xml', at, text)

export const playlistObject = (path: string, at: number, lines: () => readonly string[]): PlannedObject =>
  manifestObject(path, 'application/vnd.apple.mpegurl', at, () => `${lines().join('\n')}\n`)

/** An init segment. A camera sends it when its first segment has been recorded. */
export const initObject = (path: string, { name, media }: NamedTrack, type = 'video/mp4'): PlannedObject => ({
  path,
  method: 'PUT',
  headers: { 'Content-Type': type },
  role: 'init',
  track: name,
  nth: 0,
  at: segmentSeconds,
  body: () => media.init,
})

export const segmentObject = (
  path: string,
  { clip, startedAt }: SessionSetup,
  { name, media }: NamedTrack,
  nth: number,
  type = 'video/iso.segment',
): PlannedObject => ({
  path,
  method: 'PUT',
  headers: { 'Content-Type': type },
  role: 'segment',
  track: name,
  nth,
  at: nth * segmentSeconds,
  body: () => mediaOf(clip, media, nth, new Date(startedAt.getTime() + (nth - 1) * segmentSeconds * 1_000)),
})

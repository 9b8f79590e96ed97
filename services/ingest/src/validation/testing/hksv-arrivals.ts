import { hksvMultivariant, hksvPlaylist, sealed } from '@pushav/shared/testing/media/hksv.ts'
import { sentBytes } from './sent-bytes.ts'

export const sealedInit = sentBytes('session_1/video/video.init', sealed('ftypmoov'))
export const sealedSegment = (number: number, body = sealed('styp')) =>
  sentBytes(`session_1/video/segment_${number}.m4s`, body)
export const sealedPlaylist = (...parts: Parameters<typeof hksvPlaylist>) =>
  sentBytes('session_1/video/index.m3u8', hksvPlaylist(...parts))
export const sealedMultivariant = (...parts: Parameters<typeof hksvMultivariant>) =>
  sentBytes('session_1/index.m3u8', hksvMultivariant(...parts))
/** All before the first segment. */
export const sealedStart = [sealedInit, sealedPlaylist(0), sealedMultivariant()]

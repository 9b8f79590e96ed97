import { createHash } from 'node:crypto'
import { hksvMultivariant, hksvPlaylist, sealed } from '@pushav/shared/testing/media/hksv.ts'
import { createInspector } from '../../media/isobmff/inspector.ts'
import { readManifest } from '../../media/read-manifest.ts'
import type { TestObject } from './arrivals.ts'

/** An object with what its bytes say. */
export function sentBytes(path: string, body: Buffer | string): TestObject {
  const bytes = Buffer.from(body)
  const inspector = createInspector()
  inspector.add(bytes)
  const media = inspector.result()
  const { kind } = media
  const manifest = kind === 'mpd' || kind === 'playlist' ? readManifest(bytes, path, kind) : {}
  return {
    path,
    inspection: { ...media, mpd: null, playlist: null, ...manifest },
    sha256: createHash('sha256').update(bytes).digest('hex'),
    byteCount: bytes.length,
  }
}

export const sealedInit = sentBytes('session_1/video/video.init', sealed('ftypmoov'))
export const sealedSegment = (number: number, body = sealed('styp')) =>
  sentBytes(`session_1/video/segment_${number}.m4s`, body)
export const sealedPlaylist = (...parts: Parameters<typeof hksvPlaylist>) =>
  sentBytes('session_1/video/index.m3u8', hksvPlaylist(...parts))
export const sealedMultivariant = (...parts: Parameters<typeof hksvMultivariant>) =>
  sentBytes('session_1/index.m3u8', hksvMultivariant(...parts))
/** All before the first segment. */
export const sealedStart = [sealedInit, sealedPlaylist(0), sealedMultivariant()]

import { decodeManifest } from '../../media/manifest-text.ts'
import { isElement, readXml } from '../../media/xml/xml.ts'
import type { ReferenceManifest } from './reference-state.ts'

/**
 * What the reference reads in the bytes of an object with this extension, in lower case or not; null where it reads
 * none. It asks for no root element `MPD` and for no `#EXTM3U`.
 */
export function referenceManifestOf(path: string, bytes: Buffer): ReferenceManifest | null {
  if (path.endsWith('.mpd')) return mpdOf(bytes)
  return path.endsWith('.m3u8') ? playlistOf(bytes.toString('utf8')) : null
}

function mpdOf(bytes: Buffer): ReferenceManifest {
  const { text } = decodeManifest(bytes, 'mpd')
  const root = text === null ? null : readXml(text)
  if (root === null || !isElement(root)) return { kind: 'malformed' }
  const { type } = root.attributes
  return { kind: 'mpd', type: type === 'static' || type === 'dynamic' ? type : null }
}

function playlistOf(text: string): ReferenceManifest {
  const lines = text.split('\n')
  const has = (tag: string) => lines.some((line) => line.startsWith(tag))
  return {
    kind: 'playlist',
    trackLines: lines.filter((line) => /^#EXT-X-(MEDIA|STREAM-INF)/.test(line)).length,
    hasPlaylistType: has('#EXT-X-PLAYLIST-TYPE'),
    isVod: lines.some((line) => line.trim() === '#EXT-X-PLAYLIST-TYPE:VOD'),
    hasEndList: has('#EXT-X-ENDLIST'),
    hasExtinf: has('#EXTINF'),
    hasSegmentLines: lines.some((line) => !line.startsWith('#') && line.trim() !== ''),
  }
}

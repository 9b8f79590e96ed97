import { getJson } from '../api/client.ts'
import type { Store } from '../api/store.ts'
import type { ManifestText, Row } from '../api/types.ts'
import { encodePath } from '../dom/format.ts'
import type { Source } from './player.ts'

/** Paths of the device's manifests with which a player starts; null when the device sent none. */
interface SentManifests {
  readonly mpd: string | null
  readonly playlist: string | null
  /** Whether a playlist names a key of HomeKit Secure Video. */
  readonly isSealed: boolean
}

const maxPlaylistsRead = 8

/** The manifests of a session that can be played. The server's own comes first: the device's may have faults. */
export async function sourcesOf(
  stream: string,
  store: Store,
  session: string,
  isPlayable: boolean,
): Promise<readonly Source[]> {
  const ours = {
    label: 'with our manifest',
    url: `/play/${stream}/${encodeURIComponent(session)}/manifest.mpd`,
  }
  const { mpd, playlist, isSealed } = await sentManifests(stream, store, session)
  const urlOf = (path: string) => `/streams/${stream}/${encodePath(path)}`
  if (playlist && isSealed) return [{ label: 'as sent, opened', url: urlOf(playlist), isSealed }]
  const sent = (path: string, label: string) => ({ label, url: urlOf(path) })
  return [
    ...(isPlayable ? [ours] : []),
    ...(mpd ? [sent(mpd, playlist ? 'MPD as sent' : 'as sent')] : []),
    ...(playlist ? [sent(playlist, mpd ? 'playlist as sent' : 'as sent')] : []),
  ]
}

/**
 * Finds the newest MPD, and the multivariant playlist, whose text names others. A device with a single playlist may
 * send no multivariant playlist; then the result has that one.
 */
async function sentManifests(stream: string, store: Store, session: string): Promise<SentManifests> {
  const newest = new Map<string, Row>()
  for (let position = store.tailFrom; position < store.total; position++) {
    const row = store.at(position)
    if (row?.session === session && row.whole) newest.set(row.path, row)
  }
  const rows = [...newest.values()]
  const playlists = rows.filter(({ kind }) => kind === 'playlist')
  const texts = await Promise.all(playlists.slice(0, maxPlaylistsRead).map((row) => textOf(stream, row)))
  const playlist = playlists.find((_, i) => texts[i]?.includes('#EXT-X-STREAM-INF')) ?? playlists[0]
  return {
    mpd: rows.findLast(({ kind }) => kind === 'mpd')?.path ?? null,
    playlist: playlist?.path ?? null,
    isSealed: texts.some((text) => text.includes('KEY:METHOD=AES-256-GCM')),
  }
}

async function textOf(stream: string, { upload }: Row): Promise<string> {
  const manifest = await getJson<ManifestText>(`/uploads/${stream}/${upload}/text`).catch(() => null)
  return manifest?.text ?? ''
}

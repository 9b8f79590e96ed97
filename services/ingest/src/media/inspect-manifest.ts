import { inspectPlaylist } from './hls/playlist.ts'
import type { Inspection } from './inspection.ts'
import { inspectMpd } from './mpd/mpd.ts'

/**
 * The facts of a manifest, from its text and the path that it was sent to, below its stream. Never throws:
 * text that cannot be parsed becomes a fault.
 */
export function inspectManifest(text: string, path: string, kind: 'mpd' | 'playlist'): ManifestInspection {
  const nothing = { kind, mpd: null, playlist: null }
  try {
    return { ...nothing, ...(kind === 'mpd' ? inspectMpd(text, path) : inspectPlaylist(text, path)) }
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'unknown'
    const message = `expected a readable ${kind}, reading it ended in ${reason}`
    return { ...nothing, faults: [{ code: `${kind}-malformed`, message }] }
  }
}

/** The part of an inspection that manifests have. */
export type ManifestInspection = Pick<Inspection, 'kind' | 'mpd' | 'playlist' | 'faults'>

import { inspectPlaylist } from './hls/playlist.ts'
import type { Inspection } from './inspection.ts'
import { decodeManifest } from './manifest-text.ts'
import { inspectMpd } from './mpd/mpd.ts'

/** A longer manifest is not looked into. A day's timeline of two tracks and segments of 2 s has 2.6 MB. */
export const maxManifestBytes = 4_194_304

/**
 * The facts of a manifest, from its bytes and the path that it was sent to, below its stream. Never throws:
 * bytes that cannot be decoded and text that cannot be parsed become a fault.
 */
export function readManifest(bytes: Buffer, path: string, kind: 'mpd' | 'playlist'): ManifestInspection {
  const { text, faults } = decodeManifest(bytes, kind)
  if (text === null) return { kind, mpd: null, playlist: null, faults }
  const inspection = inspectManifest(text, path, kind)
  return { ...inspection, faults: [...faults, ...inspection.faults] }
}

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

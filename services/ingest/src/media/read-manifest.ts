import { inspectManifest, type ManifestInspection } from './inspect-manifest.ts'
import { decodeManifest } from './manifest-text.ts'

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

import type { PlaylistFacts } from '../../media/inspection.ts'
import { destinationOf } from '../../media/relative-url.ts'
import type { Finding, WithdrawnFinding } from '../finding.ts'
import type { Jump, Track } from '../state.ts'
import { textDigest } from '../tracks/track-names.ts'

/** What may be found where times and numbers of a track begin anew. */
const jumps = ['tfdt-gap', 'tfdt-overlap', 'sequence-number-not-increasing', 'sequence-number-gap'] as const

/** The jump that findings on a segment tell of, which a playlist may explain later; undefined for none. */
export function jumpOf(
  { id, path }: { readonly id: string; readonly path: string },
  findings: readonly Finding[],
): Jump | undefined {
  if (findings.length === 0) return undefined
  const found = findings.find(({ code }) => jumps.some((jump) => jump === code))
  return found && { path: textDigest(path), upload: id, code: found.code, severity: found.severity }
}

/**
 * The track without the newest jump of its times where a playlist that was sent to `path` says so (EXT-X-DISCONTINUITY, RFC
 * 8216, 4.3.2.3), and the finding that was wrong to say it.
 */
export function withdrawJump(
  track: Track,
  path: string,
  { uris, extinfCount, discontinuities = [] }: PlaylistFacts,
): { readonly track: Track; readonly withdrawn: readonly WithdrawnFinding[] } {
  const { jump } = track
  // Gaps have no URI, so that places are not known then.
  if (!jump || uris.length !== extinfCount) return { track, withdrawn: [] }
  const isExplained = discontinuities.some((place) => {
    const destination = destinationOf(path, uris[place] ?? '')
    return destination.kind === 'inside' && textDigest(destination.path) === jump.path
  })
  if (!isExplained) return { track, withdrawn: [] }
  const { upload, code, severity } = jump
  const hole = track.hole?.upload === upload ? undefined : track.hole
  return { track: { ...track, jump: undefined, hole }, withdrawn: [{ upload, code, severity }] }
}

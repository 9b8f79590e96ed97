import type { RepresentationFacts } from '../../media/inspection.ts'
import { parseObjectName, pathInSession } from '../object-name.ts'
import { at, type Session, type Track } from '../state.ts'
import { freeTrackName, shapeDigest, steadyDigest } from './track-names.ts'
import { ownerOf } from './track-paths.ts'

/**
 * The names of the tracks that the representations of an MPD are; null for one that names no path, or one of another
 * session.
 */
export function representationTracks(
  session: Session,
  representations: readonly RepresentationFacts[],
): ReadonlyMap<RepresentationFacts, string | null> {
  const names = new Map<RepresentationFacts, string | null>()
  const first = new Map<string, RepresentationFacts>()
  for (const facts of representations) {
    const name = representationTrack(session, facts, representations)
    const other = name === null ? undefined : first.get(name)
    // Periods repeat ids; two representations of one name and other paths are two tracks.
    const isTaken =
      other !== undefined &&
      other.id !== facts.id &&
      !hasSamePaths(other, facts) &&
      !(name !== null && isOneFile(facts) && isOneFile(other) && at(session.tracks, name)?.place?.hasClips)
    const unique = isTaken ? examplePath(facts) : name
    if (unique !== null && !first.has(unique)) first.set(unique, facts)
    names.set(facts, unique)
  }
  return names
}

const hasSamePaths = (one: RepresentationFacts, other: RepresentationFacts): boolean =>
  one.initialization === other.initialization && mediaExample(one) === mediaExample(other)

function representationTrack(
  session: Session,
  facts: RepresentationFacts,
  others: readonly RepresentationFacts[],
): string | null {
  const example = examplePath(facts)
  if (example === null) return null
  const name = parseObjectName('cmaf-ingest', example)
  if (name.session !== session.key) return null
  if (!name.isFree) return name.track
  return knownTrackOf(session, facts, others) ?? newNameOf(facts, others)
}

/** A track whose segments, or whose init segment, are at the paths of a representation. */
function knownTrackOf(
  session: Session,
  facts: RepresentationFacts,
  others: readonly RepresentationFacts[],
): string | undefined {
  const media = mediaExample(facts)
  if (media !== null && isOneFile(facts))
    return ownerOf(session, media)?.name ?? clipsLike(session, media)?.name
  const shape = media === null ? null : shapeDigest(media)
  const bySegments = Object.values(session.tracks).find(
    ({ place }) => place?.shape !== undefined && place.shape === shape,
  )
  if (bySegments) return bySegments.name
  const { initialization } = facts
  if (initialization === null || isShared(initialization, facts, others)) return undefined
  return ownerOf(session, initialization)?.name
}

/** The track of clips with names like this path. */
function clipsLike({ tracks }: Session, path: string): Track | undefined {
  const steady = steadyDigest(path)
  return Object.values(tracks).find(({ place }) => place?.hasClips === true && place.steady === steady)
}

/** Whether all of a representation is in the one file that it names. */
const isOneFile = ({ addressing, initialization }: RepresentationFacts): boolean =>
  addressing === 'file' && initialization === null

function newNameOf(facts: RepresentationFacts, others: readonly RepresentationFacts[]): string | null {
  const { initialization } = facts
  const media = mediaExample(facts)
  if (media !== null && isOneFile(facts)) return freeTrackName(pathInSession(media), false)
  if (initialization === null || (media !== null && isShared(initialization, facts, others)))
    return media === null ? null : freeTrackName(pathInSession(media), true)
  return freeTrackName(pathInSession(initialization), false)
}

/** Whether another representation, with other segments, has the same init segment. */
const isShared = (
  initialization: string,
  { media, segments }: RepresentationFacts,
  others: readonly RepresentationFacts[],
): boolean =>
  others.some(
    (other) =>
      other.initialization === initialization &&
      (other.media !== media || (other.segments?.[0] ?? null) !== (segments?.[0] ?? null)),
  )

/** One path of those that a representation names; null where it names none below the stream. */
export const examplePath = (facts: RepresentationFacts): string | null =>
  facts.initialization ?? mediaExample(facts)

const mediaExample = ({ media, segments }: RepresentationFacts): string | null =>
  media?.replace(/\$(Number|SubNumber|Time)[^$]*\$/g, '1').replaceAll('$$', '$') ?? segments?.[0] ?? null

/**
 * The shape of the names of a representation's segments, by which clips that were cut into segments are known: each of them
 * is a track. Null where it names one file.
 */
export function clipShapeOf(facts: RepresentationFacts): number | null {
  const media = /\$(Number|Time)/.test(facts.media ?? '') ? mediaExample(facts) : null
  return media === null ? null : shapeDigest(media)
}

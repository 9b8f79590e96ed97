import type { TrackView } from '../streams/session-view.ts'
import { excerpt } from '../validation/finding.ts'
import type { ExpectedTrack } from './expectations.ts'

/** An expected track that was not received. */
interface Mismatch {
  readonly message: string
  /** No later upload of the session makes it right. */
  readonly isFinal: boolean
}

/**
 * Finds a received track for each expected one: by name first, then those with the most properties. A track stands for
 * one expected track only.
 */
export function matchTracks(
  expected: readonly ExpectedTrack[],
  received: readonly TrackView[],
): readonly Mismatch[] {
  const free = new Set(received.filter(({ segmentCount }) => segmentCount > 0))
  const ordered = expected.toSorted((a, b) => precision(b) - precision(a))
  return ordered.flatMap((wanted) => matchOne(wanted, free))
}

const precision = ({ name, codec, width, height }: ExpectedTrack): number =>
  (name === null ? 0 : 4) + [codec, width, height].filter((property) => property !== null).length

function matchOne(wanted: ExpectedTrack, free: Set<TrackView>): readonly Mismatch[] {
  const named = [...free].filter(({ name }) => wanted.name === null || wanted.name === name)
  const found = named.find((track) => isAsExpected(wanted, track))
  if (found) {
    free.delete(found)
    return []
  }
  const [other] = named
  const isFinal = wanted.name !== null && other !== undefined && other.init !== null
  const instead = named.slice(0, maxNamedTracks).map(describeReceived).join(', ') || 'none'
  return [{ message: `expected a track ${describeExpected(wanted)}, received ${instead}`, isFinal }]
}

const maxNamedTracks = 5

function isAsExpected({ codec, width, height }: ExpectedTrack, { init }: TrackView): boolean {
  return (
    (codec === null || (init?.codec.startsWith(codec) ?? false)) &&
    (width === null || init?.width === width) &&
    (height === null || init?.height === height)
  )
}

function describeExpected({ name, codec, width, height }: ExpectedTrack): string {
  const size = width === null && height === null ? null : `${width ?? 'any'}×${height ?? 'any'}`
  return [name, codec, size].filter((property) => property !== null).join(' ') || 'of any kind'
}

function describeReceived({ name, init }: TrackView): string {
  if (!init) return `${excerpt(name)} (its init segment is not known)`
  const size = init.width === null || init.width === 0 ? '' : ` ${init.width}×${init.height}`
  return `${excerpt(name)} ${excerpt(init.codec)}${size}`
}

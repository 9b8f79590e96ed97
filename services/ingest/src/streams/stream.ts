import type { Expectations } from '../expectations/expectations.ts'
import { Refusal } from '../lib/refusal.ts'

const interfaces = ['cmaf-ingest', 'dash', 'hls', 'hksv'] as const

/** How a stream is fed. */
export type IngestInterface = (typeof interfaces)[number]

/** A publishing point, `/streams/<id>`, with what its user has set. */
export interface Stream {
  readonly id: string
  readonly interface: IngestInterface
  /** On a strict stream, the response to an upload with an error is 400; it is stored all the same. */
  readonly strict: boolean
  /** Fingerprint of the certificate it was created with; null when there was none. */
  readonly creator: string | null
  /** ISO 8601. */
  readonly createdAt: string
  /** Null until a user names them, and after an empty list. */
  readonly expectedTrackNames: readonly string[] | null
  /** How they changed, the newest changes; absent until a user names them. */
  readonly nameChanges?: readonly NameChange[]
  /** Null until a user sets them. */
  readonly expectations: Expectations | null
}

/** A change of the expected names, which counts from an upload on, by its position in the wire log. */
interface NameChange {
  readonly from: number
  readonly names: readonly string[] | null
}

/** Few, because they are written with each commit. */
const maxNameChanges = 8
const maxEarlierNames = 100

/** The stream with other expected names from a position on; an empty list expects none in particular. */
export function withExpectedNames(stream: Stream, from: number, names: readonly string[]): Stream {
  const expectedTrackNames = names.length === 0 ? null : names
  const before = stream.nameChanges ?? []
  const count = before.reduce((sum, { names }) => sum + (names?.length ?? 0), 0)
  const earlier = count > maxEarlierNames ? [] : before.slice(1 - maxNameChanges)
  const nameChanges = [...earlier, { from, names: expectedTrackNames }]
  return { ...stream, expectedTrackNames, nameChanges }
}

/** The names that were expected when the upload at this position of the wire log came. */
export const namesExpectedAt = (
  { nameChanges = [] }: Pick<Stream, 'nameChanges'>,
  position: number,
): readonly string[] | null => nameChanges.findLast(({ from }) => from <= position)?.names ?? null

/** Absent means cmaf-ingest; any other word throws the refusal `interface-unknown`, which names the three. */
export function parseInterface(word: unknown): IngestInterface {
  if (word === undefined) return 'cmaf-ingest'
  const known = interfaces.find((name) => name === word)
  if (known) return known
  throw new Refusal('interface-unknown', `interface must be one of ${interfaces.join(', ')}`)
}

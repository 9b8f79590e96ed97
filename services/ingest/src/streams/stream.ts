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
  readonly expectations?: readonly Expectation[]
}

/** From an upload on, by its position in the wire log, these names were expected. */
interface Expectation {
  readonly from: number
  readonly names: readonly string[] | null
}

/** They are written with each commit. */
const maxExpectations = 8
const maxEarlierNames = 100

/** The stream with other expected names from a position on; an empty list expects none in particular. */
export function withExpectedNames(stream: Stream, from: number, names: readonly string[]): Stream {
  const expectedTrackNames = names.length === 0 ? null : names
  const before = stream.expectations ?? []
  const count = before.reduce((sum, { names }) => sum + (names?.length ?? 0), 0)
  const earlier = count > maxEarlierNames ? [] : before.slice(1 - maxExpectations)
  const expectations = [...earlier, { from, names: expectedTrackNames }]
  return { ...stream, expectedTrackNames, expectations }
}

/** The names that were expected when the upload at this position of the wire log came. */
export const namesExpectedAt = (
  { expectations = [] }: Pick<Stream, 'expectations'>,
  position: number,
): readonly string[] | null => expectations.findLast(({ from }) => from <= position)?.names ?? null

/** Absent means cmaf-ingest; any other word throws the refusal `interface-unknown`, which names the three. */
export function parseInterface(word: unknown): IngestInterface {
  if (word === undefined) return 'cmaf-ingest'
  const known = interfaces.find((name) => name === word)
  if (known) return known
  throw new Refusal('interface-unknown', `interface must be one of ${interfaces.join(', ')}`)
}

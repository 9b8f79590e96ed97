import { Refusal } from '../lib/refusal.ts'

const interfaces = ['cmaf-ingest', 'dash', 'hls'] as const

/** How a stream is fed. */
export type IngestInterface = (typeof interfaces)[number]

/** A publishing point, `/streams/<id>`; what its user set, no more. */
export interface Stream {
  readonly id: string
  readonly interface: IngestInterface
  /** A strict stream answers 400 to an upload with an error; it is kept all the same. */
  readonly strict: boolean
  /** Fingerprint of the certificate it was created with; null when there was none. */
  readonly creator: string | null
  /** Null until a user names them. */
  readonly expectedTrackNames: readonly string[] | null
}

/** Refuses what is none of the three interfaces by naming them; absent means cmaf-ingest. */
export function parseInterface(word: unknown): IngestInterface {
  if (word === undefined) return 'cmaf-ingest'
  const known = interfaces.find((name) => name === word)
  if (known) return known
  throw new Refusal('interface-unknown', `interface must be one of ${interfaces.join(', ')}`)
}

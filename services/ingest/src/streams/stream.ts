import type { Expectations } from '../expectations/expectations.ts'
import { Refusal } from '../lib/refusal.ts'

const interfaces = ['cmaf-ingest', 'dash', 'hls'] as const

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
  /** Null until a user names them. */
  readonly expectedTrackNames: readonly string[] | null
  /** Null until a user sets them. */
  readonly expectations: Expectations | null
}

/** Absent means cmaf-ingest; any other word throws the refusal `interface-unknown`, which names the three. */
export function parseInterface(word: unknown): IngestInterface {
  if (word === undefined) return 'cmaf-ingest'
  const known = interfaces.find((name) => name === word)
  if (known) return known
  throw new Refusal('interface-unknown', `interface must be one of ${interfaces.join(', ')}`)
}

import type { Measurement } from './bench.ts'
import type { Account } from './generator.ts'
import type { Identity } from './identity.ts'

/** A server to be measured. */
export interface Contender {
  readonly name: string
  /** Ready to take uploads, with nothing in it but an init segment. */
  start(): Promise<Running>
}

export interface Running extends AsyncDisposable {
  /** With `{n}` for the number of a segment. */
  readonly url: string
  readonly identity: Identity
  /** What only the server can tell once the load is over. */
  after(account: Account): Promise<Measurement>
}

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
  /** What is wrong once the load is over; `account` is of all that was sent. */
  faultsAfter(account: Account): Promise<readonly string[]>
}

import { networkOf } from '@pushav/shared/addresses/network-of.ts'
import type { Peer } from '@pushav/shared/identity.ts'
import { Refusal } from '../../lib/refusal.ts'

/** The number of subscriptions that there may be at once. */
type SubscriberLimits = Readonly<Record<'connection' | 'address' | 'all', number>>

const subscribers: SubscriberLimits = { connection: 32, address: 128, all: 512 }
/** For reads that hold the list of a whole session in memory, up to some 100 MiB. */
export const wholeSessions: SubscriberLimits = { connection: 2, address: 4, all: 8 }

type Subscription = 'event streams' | 'waits' | 'reads of whole streams' | 'exports' | 'sealed sessions'

/** Counts one in until its disposal; throws the refusal `busy` beyond a limit. */
export type EnterSubscriber = (peer: Pick<Peer, 'address' | 'port'>) => Disposable

/**
 * Counts subscribers, or other requests that last, by connection and by address, or network of IPv6. `what` names them
 * in the message of a refusal.
 */
export function createSubscriberLimits(what: Subscription, maxOf = subscribers): EnterSubscriber {
  const counts = new Map<string, number>()

  return function enter({ address, port }) {
    // A customer of IPv6 has a network of addresses, with which one client could take what there is for all.
    const keys = { connection: `${address} ${port}`, address: networkOf(address), all: '' }
    for (const kind of ['connection', 'address', 'all'] as const)
      if (countOf(keys[kind]) >= maxOf[kind])
        throw new Refusal('busy', `too many ${what} at once: ${maxOf[kind]} ${wordsOf[kind]}`)
    for (const key of Object.values(keys)) counts.set(key, countOf(key) + 1)
    return {
      [Symbol.dispose]() {
        for (const key of Object.values(keys)) countOut(key)
      },
    }
  }

  function countOf(key: string): number {
    return counts.get(key) ?? 0
  }

  function countOut(key: string): void {
    const count = countOf(key) - 1
    if (count > 0) counts.set(key, count)
    else counts.delete(key)
  }
}

const wordsOf = {
  connection: 'on one connection',
  address: 'from one address',
  all: 'in all',
} as const

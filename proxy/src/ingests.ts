import type { Address } from '@pushav/shared/settings.ts'
import { createLanes, type Lanes } from './lanes.ts'

const restMs = 1_000

/** All the ingests that there are, and which of them is next. */
export interface Ingests extends Disposable {
  /** The one with the least requests under way; among equals they take turns. */
  choose(): Lanes
  /** It refuses connections, so it is left alone for a while unless all do. */
  rest(lanes: Lanes): void
  areAllAtRest(): boolean
}

export function createIngests(addresses: readonly Address[]): Ingests {
  const all = addresses.map((address) => ({ lanes: createLanes(address), restsUntil: 0 }))
  return {
    choose,
    rest(lanes) {
      for (const ingest of all) if (ingest.lanes === lanes) ingest.restsUntil = Date.now() + restMs
    },
    areAllAtRest: () => all.every(isAtRest),
    [Symbol.dispose]: () => all.forEach(({ lanes }) => void lanes[Symbol.dispose]()),
  }

  function choose(): Lanes {
    // Whoever stands first comes last, so equals take turns.
    all.push(...all.splice(0, 1))
    return all.reduce((best, next) => (isBetter(next, best) ? next : best)).lanes
  }
}

interface Ingest {
  readonly lanes: Lanes
  readonly restsUntil: number
}

function isBetter(one: Ingest, other: Ingest): boolean {
  if (isAtRest(one) !== isAtRest(other)) return isAtRest(other)
  return one.lanes.busy() < other.lanes.busy()
}

const isAtRest = ({ restsUntil }: Ingest): boolean => restsUntil > 0 && Date.now() < restsUntil

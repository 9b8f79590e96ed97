import { setImmediate } from 'node:timers/promises'
import type { Pages } from '../use-cases/pages.ts'
import { parseStanding, type Standing } from './standing.ts'

/** What stands at a path. */
export interface Placed extends Standing {
  readonly path: string
}

/** A hash from path to standing. */
export type Places = Pages<readonly [path: string, standing: string]>

const mostShards = 256
const pageLength = 500

/**
 * What stands at the paths of some hashes, in arrival order. All of it is held meanwhile, but never in
 * one large map and never sorted at once: uploads would wait for either.
 */
export async function* placedInOrder(hashes: readonly Places[]): AsyncGenerator<readonly Placed[]> {
  const runs: Placed[][] = []
  for (const hash of hashes) runs.push(...(await sortedRuns(hash)))
  let page: Placed[] = []
  for (const placed of merged(runs)) {
    page.push(placed)
    if (page.length < pageLength) continue
    yield page
    page = []
    await setImmediate()
  }
  yield page
}

/** Each path once: of one that comes again the later standing. */
async function sortedRuns(hash: Places): Promise<Placed[][]> {
  const shards = new Map<number, Map<string, string>>()
  for await (const page of hash) {
    for (const [path, standing] of page) {
      const at = shardOf(path)
      const shard = shards.get(at) ?? new Map()
      shards.set(at, shard.set(path, standing))
    }
  }
  const runs: Placed[][] = []
  for (const [at, shard] of shards) {
    runs.push([...shard].map(placedOf).sort(byArrival))
    shards.delete(at)
    await setImmediate()
  }
  return runs
}

function shardOf(path: string): number {
  let hash = 0
  for (let i = 0; i < path.length; i++) hash = (hash * 31 + path.charCodeAt(i)) % 65_521
  return hash % mostShards
}

const placedOf = ([path, standing]: [string, string]): Placed => ({ path, ...parseStanding(standing) })

/** The ids of one millisecond are in order, too. */
const byArrival = (a: Placed, b: Placed): number =>
  a.receivedMs - b.receivedMs || (a.upload < b.upload ? -1 : 1)

/** Of sorted runs, all in order. */
function* merged(runs: readonly (readonly Placed[])[]): Generator<Placed> {
  if (runs.length < 2) return yield* runs[0] ?? []
  const middle = Math.floor(runs.length / 2)
  const [left, right] = [merged(runs.slice(0, middle)), merged(runs.slice(middle))]
  let [a, b] = [left.next(), right.next()]
  while (!a.done && !b.done) {
    if (byArrival(a.value, b.value) < 0) {
      yield a.value
      a = left.next()
    } else {
      yield b.value
      b = right.next()
    }
  }
  if (!a.done) yield a.value
  if (!b.done) yield b.value
  yield* left
  yield* right
}

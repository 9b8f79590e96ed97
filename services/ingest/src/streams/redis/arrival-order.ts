import { setImmediate } from 'node:timers/promises'
import { decodePathEntry, type PathEntry } from '../../indexing/redis/codecs/path-entry.ts'
import type { Pages } from '../pages.ts'

/** A path with the upload that stands there. */
export interface ListedPath extends PathEntry {
  readonly path: string
}

/** A hash from path to `PathEntry`, encoded. */
export type PathEntries = Pages<readonly [path: string, entry: string]>

const maxShards = 256
const pageLength = 500

/**
 * The paths of some hashes, in arrival order. All of them are in memory meanwhile, but never in one large map and never
 * sorted in one go: either would block the event loop, and uploads with it.
 */
export async function* inArrivalOrder(hashes: readonly PathEntries[]): AsyncGenerator<readonly ListedPath[]> {
  const runs: ListedPath[][] = []
  for (const hash of hashes) runs.push(...(await sortedRuns(hash)))
  let page: ListedPath[] = []
  for (const listed of merged(runs)) {
    page.push(listed)
    if (page.length < pageLength) continue
    yield page
    page = []
    await setImmediate()
  }
  yield page
}

/** The paths, each once: with the later entry where it comes twice. */
async function sortedRuns(hash: PathEntries): Promise<ListedPath[][]> {
  const shards = new Map<number, Map<string, string>>()
  for await (const page of hash) {
    for (const [path, entry] of page) {
      const at = shardOf(path)
      const shard = shards.get(at) ?? new Map()
      shards.set(at, shard.set(path, entry))
    }
  }
  const runs: ListedPath[][] = []
  for (const [at, shard] of shards) {
    runs.push([...shard].map(listedPathOf).sort(byArrival))
    shards.delete(at)
    await setImmediate()
  }
  return runs
}

function shardOf(path: string): number {
  let hash = 0
  for (let i = 0; i < path.length; i++) hash = (hash * 31 + path.charCodeAt(i)) % 65_521
  return hash % maxShards
}

const listedPathOf = ([path, entry]: [string, string]): ListedPath => ({ path, ...decodePathEntry(entry) })

/** Upload ids grow with time, within a millisecond too. */
const byArrival = (a: ListedPath, b: ListedPath): number =>
  a.receivedMs - b.receivedMs || (a.upload < b.upload ? -1 : 1)

/** Merges sorted runs. */
function* merged(runs: readonly (readonly ListedPath[])[]): Generator<ListedPath> {
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

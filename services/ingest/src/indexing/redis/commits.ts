import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { RedisClient } from '@pushav/shared/redis/client.ts'
import { redisScriptIn } from '@pushav/shared/redis/script.ts'
import type { FoldResult } from '../fold.ts'
import type { Cursors, IndexPosition, Position } from '../ports.ts'
import type { RemovalResult } from '../removals/fold-removal.ts'
import { orUnavailable } from './connections.ts'
import { keysOf } from './redis-keys.ts'
import { loadRemoval, removalWritesOf } from './removals.ts'
import type { StreamCache } from './stream-cache.ts'
import { createStreamLoader } from './stream-loader.ts'
import type { Write } from './write-batch.ts'
import { writesOf } from './writes.ts'

const runCommit = redisScriptIn(join(import.meta.dirname, 'commit.lua'))
/** What the script returns. */
const [written, assumptionFailed] = [1, 2]

/** How far the index has come, and its next step: the position moves together with what was read up to it. */
export function redisCommits(redis: RedisClient, cache: StreamCache): IndexPosition {
  const newVersion = createVersions()
  return {
    position,
    load: createStreamLoader(redis, cache),
    commit,
    loadRemoval: (stream, removal) => loadRemoval(redis, stream, removal),
    commitRemoval,
  }

  async function position(stream: string): Promise<Position> {
    const { version = '', ...cursors } = await orUnavailable(redis.hgetall(keysOf(stream).position))
    const offsets = Object.entries(cursors).map(([journal, offset]) => [journal, Number(offset)])
    return { version, cursors: Object.fromEntries(offsets) }
  }

  async function commit(
    stream: string,
    at: Position,
    cursors: Cursors,
    folded: FoldResult,
  ): Promise<Position | null> {
    const cached = cache.get(stream, at.version)
    const writes = writesOf(stream, folded, cached)
    const { outcome, after } = await run(stream, at, cursors, writes, cached?.assumedAbsent ?? nothing)
    if (outcome === written) cache.advance(stream, after.version, folded)
    else if (outcome === assumptionFailed) cache.distrust(stream)
    else cache.forget(stream)
    return outcome === written ? after : null
  }

  async function commitRemoval(
    stream: string,
    at: Position,
    cursors: Cursors,
    removal: RemovalResult,
  ): Promise<Position | null> {
    const { outcome, after } = await run(stream, at, cursors, removalWritesOf(stream, removal), nothing)
    cache.forget(stream)
    return outcome === written ? after : null
  }

  /** Runs the commands, which move the position, and says what came of it. */
  async function run(
    stream: string,
    at: Position,
    cursors: Cursors,
    writes: readonly Write[],
    assumedAbsent: ReadonlySet<string>,
  ): Promise<{ readonly outcome: unknown; readonly after: Position }> {
    const after = { version: newVersion(), cursors: { ...at.cursors, ...cursors } }
    const moved = Object.entries({ ...cursors, version: after.version })
      .flat()
      .map(String)
    const { keys, words } = argumentsOf(stream, at.version, assumedAbsent, [
      ...writes,
      ['HSET', keysOf(stream).position, ...moved],
    ])
    const outcome = await orUnavailable(runCommit(redis, keys, words))
    return { outcome, after }
  }
}

const nothing: ReadonlySet<string> = new Set()

/** The KEYS and ARGV of commit.lua. */
function argumentsOf(
  stream: string,
  version: string,
  assumedAbsent: ReadonlySet<string>,
  writes: readonly Write[],
): { readonly keys: readonly string[]; readonly words: readonly string[] } {
  const { position, objects, folders } = keysOf(stream)
  const keys = [position, objects, folders, ...new Set(writes.map(([, key]) => key))]
  const words = [version, String(assumedAbsent.size), ...assumedAbsent]
  for (const write of writes) {
    words.push(String(write.length))
    for (const word of write) words.push(word)
  }
  return { keys, words }
}

/** Versions that no other process gives: each process counts under a random name of its own. */
function createVersions(): () => string {
  const name = randomBytes(9).toString('base64')
  let count = 0
  return () => `${name}${(count++).toString(36)}`
}

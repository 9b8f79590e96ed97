import { randomBytes } from 'node:crypto'
import type { ProbeJob } from '@pushav/shared/probe-job.ts'
import type { RedisClient } from '@pushav/shared/redis/client.ts'
import type { Stream } from '../../streams/stream.ts'
import { ancestorsOf } from '../../uploads/object-path.ts'
import type { JournalEntry } from '../../uploads/upload.ts'
import { initialState, type Order, type Session } from '../../validation/state.ts'
import { sessionsOf } from '../../validation/validate-upload.ts'
import type { FoldInput, FoldResult } from '../fold.ts'
import { initFoldersOf } from '../init-segment.ts'
import type { Cursors, Index, Position } from '../ports.ts'
import { orUnavailable } from './connections.ts'
import { keysOf, prefixOf } from './keys.ts'
import { type CachedStream, createStreamCache, dropAssumptions } from './stream-cache.ts'
import { hmget, parse } from './values.ts'
import type { Write } from './write-batch.ts'
import { writesOf } from './writes.ts'

const maxAssumedAbsent = 256
const [written, moved, presumedWrongly] = [1, 0, 2]

// KEYS[1] position of the stream, KEYS[2] digests and KEYS[3] folders in it; KEYS[4…] what is written. ARGV: version
// expected, how many places are presumed to be free, these, then commands, each led by how many words it has; the
// last one moves the position.
const commitScript = `
  if (redis.call('HGET', KEYS[1], 'version') or '') ~= ARGV[1] then return ${moved} end
  local presumed = 2 + tonumber(ARGV[2])
  if presumed > 2 then
    for i = 2, 3 do
      for _, taken in ipairs(redis.call('HMGET', KEYS[i], unpack(ARGV, 3, presumed))) do
        if taken and taken ~= '0' then return ${presumedWrongly} end
      end
    end
  end
  local at = presumed + 1
  while at <= #ARGV do
    local last = at + tonumber(ARGV[at])
    redis.call(unpack(ARGV, at + 1, last))
    at = last + 1
  end
  return ${written}`

// KEYS[1] any key of the stream, which leads to the server that has them all. ARGV: cursor, pattern. The next cursor.
const forgetScript = `
  local found = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', 1000)
  for _, key in ipairs(found[2]) do redis.call('UNLINK', key) end
  return found[1]`

/** How far the index has come, and its next step: the position moves together with what was read up to it. */
export function redisCommits(
  redis: RedisClient,
): Pick<Index, 'position' | 'load' | 'inits' | 'commit' | 'jobs' | 'forgetJobs' | 'forget'> {
  const cache = createStreamCache()
  return { position, load, inits, commit, jobs, forgetJobs, forget }

  async function position(stream: string): Promise<Position> {
    const { version = '', ...cursors } = await orUnavailable(redis.hgetall(keysOf(stream).position))
    const offsets = Object.entries(cursors).map(([journal, offset]) => [journal, Number(offset)])
    return { version, cursors: Object.fromEntries(offsets) }
  }

  async function load(id: string, at: Position, entries: readonly JournalEntry[]): Promise<FoldInput> {
    const paths = [...new Set(entries.flatMap(pathsOf))]
    const places = [...new Set(paths.flatMap((path) => [path, ...ancestorsOf(path)]))]
    const directories = [...new Set(paths.flatMap(initFoldersOf))]
    const known = cache.get(id, at.version) ?? (await ask(id, at.version))
    assumeAbsent(known, places)
    await askRest(id, known, places, directories)
    const { stream, order } = known
    const wanted = stream ? paths.flatMap((path) => sessionsOf({ order }, path)) : []
    const sessions = await sessionsIn(id, known, [...new Set(wanted)])
    return {
      stream,
      state: { order, sessions: Object.fromEntries(sessions) },
      digests: pick(known.digests, places),
      folders: pick(known.folders, places),
      inits: directories.flatMap((folder) => known.inits.get(folder) ?? []),
    }
  }

  async function ask(id: string, version: string): Promise<CachedStream> {
    const { stream, order } = keysOf(id)
    const [json, orderJson] = await orUnavailable(redis.mget(stream, order))
    const known = {
      ...{ version, assumedAbsent: new Set<string>(), strictLoadsLeft: 1 },
      stream: parse<Stream>(json),
      order: parse<Order>(orderJson) ?? initialState.order,
      ...{ sessions: new Map(), digests: new Map(), folders: new Map(), inits: new Map() },
    }
    cache.put(id, known)
    return known
  }

  /** Most objects are new: that nothing stands at their places is not asked for, but made sure of in the commit. */
  function assumeAbsent(known: CachedStream, places: readonly string[]): void {
    const { digests, folders, assumedAbsent } = known
    dropAssumptions(known)
    if (known.strictLoadsLeft-- > 0) return
    known.strictLoadsLeft = 0
    const unknown = places.filter((place) => !digests.has(place) || !folders.has(place))
    for (const place of unknown.slice(0, maxAssumedAbsent)) {
      digests.set(place, digests.get(place) ?? null)
      folders.set(place, folders.get(place) ?? 0)
      assumedAbsent.add(place)
    }
  }

  /** Puts what is not known yet of some places into what is known. */
  async function askRest(
    id: string,
    { digests, folders, inits: known }: CachedStream,
    places: readonly string[],
    directories: readonly string[],
  ): Promise<void> {
    const keys = keysOf(id)
    const unknown = places.filter((place) => !digests.has(place) || !folders.has(place))
    const unread = directories.filter((directory) => !known.has(directory))
    const [found, counts, ...read] = await Promise.all([
      orUnavailable(hmget(redis, keys.digests, unknown)),
      orUnavailable(hmget(redis, keys.folders, unknown)),
      ...unread.map((directory) => inits(id, directory)),
    ])
    for (const [i, place] of unknown.entries()) {
      digests.set(place, found[i] ?? null)
      folders.set(place, Number(counts[i] ?? 0))
    }
    for (const [i, directory] of unread.entries()) known.set(directory, read[i] ?? [])
  }

  async function sessionsIn(id: string, { sessions }: CachedStream, wanted: readonly string[]) {
    const unknown = wanted.filter((key) => !sessions.has(key))
    const found = await orUnavailable(hmget(redis, keysOf(id).current, unknown))
    for (const [i, key] of unknown.entries()) sessions.set(key, parse<Session>(found[i]))
    return pick(sessions, wanted)
  }

  async function inits(stream: string, folder: string): Promise<FoldInput['inits']> {
    const found = await orUnavailable(redis.hgetall(keysOf(stream).inits(folder)))
    return Object.entries(found).map(([path, upload]) => ({ path, upload }))
  }

  async function commit(
    id: string,
    at: Position,
    read: Cursors,
    folded: FoldResult,
  ): Promise<Position | null> {
    const after = { version: newVersion(), cursors: { ...at.cursors, ...read } }
    const presumed = cache.get(id, at.version)?.assumedAbsent ?? nothing
    const moved = Object.entries({ ...read, version: after.version })
      .flat()
      .map(String)
    const { keys, words } = argumentsOf(id, at.version, presumed, [
      ...writesOf(id, folded),
      ['HSET', keysOf(id).position, ...moved],
    ])
    const outcome = await orUnavailable(redis.eval(commitScript, keys.length, ...keys, ...words))
    if (outcome === written) cache.advance(id, after.version, folded)
    else if (outcome === presumedWrongly) cache.distrust(id)
    else cache.forget(id)
    return outcome === written ? after : null
  }

  async function jobs(stream: string): Promise<readonly ProbeJob[]> {
    const waiting = await orUnavailable(redis.hvals(keysOf(stream).jobs))
    return waiting.map((json) => JSON.parse(json) as ProbeJob)
  }

  async function forgetJobs(stream: string, jobs: readonly ProbeJob[]): Promise<void> {
    await orUnavailable(redis.hdel(keysOf(stream).jobs, ...jobs.map(({ upload }) => upload)))
  }

  async function forget(id: string): Promise<void> {
    cache.forget(id)
    const { position } = keysOf(id)
    const match = `${prefixOf(id).replace(/[[\]*?\\]/g, '\\$&')}*`
    let cursor = '0'
    do cursor = String(await orUnavailable(redis.eval(forgetScript, 1, position, cursor, match)))
    while (cursor !== '0')
  }
}

const nothing: ReadonlySet<string> = new Set()

/** What `commitScript` takes. */
function argumentsOf(
  id: string,
  version: string,
  presumed: ReadonlySet<string>,
  writes: readonly Write[],
): { readonly keys: readonly string[]; readonly words: readonly string[] } {
  const { position, digests, folders } = keysOf(id)
  const keys = [position, digests, folders, ...new Set(writes.map(([, key]) => key))]
  const words = [version, String(presumed.size), ...presumed]
  for (const write of writes) {
    words.push(String(write.length))
    for (const word of write) words.push(word)
  }
  return { keys, words }
}

/** Not a count: after FLUSHALL a count would come by the same numbers again. */
const newVersion = (): string => randomBytes(9).toString('base64')

/** Those of some names that there are. */
function pick<Value>(
  known: ReadonlyMap<string, Value | null>,
  names: readonly string[],
): ReadonlyMap<string, Value> {
  const found = new Map<string, Value>()
  for (const name of names) {
    const value = known.get(name)
    if (value !== null && value !== undefined) found.set(name, value)
  }
  return found
}

const pathsOf = (entry: JournalEntry): readonly string[] => {
  if (entry.kind === 'upload') return [entry.upload.path]
  return entry.kind === 'object-deleted' ? [entry.path] : []
}

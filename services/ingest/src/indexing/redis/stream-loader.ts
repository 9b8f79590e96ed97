import type { RedisClient } from '@pushav/shared/redis/client.ts'
import type { Stream } from '../../streams/stream.ts'
import { initialState, type Order, type Session } from '../../validation/state.ts'
import type { InitSegment } from '../init-segments/init-segment.ts'
import type { IndexPosition } from '../ports.ts'
import { requirementsOf } from '../requirements.ts'
import { noTotals, type Totals } from '../totals.ts'
import { decodeInit } from './codecs/init-codec.ts'
import { decodeObject } from './codecs/object-codec.ts'
import { orUnavailable } from './connections.ts'
import { keysOf } from './redis-keys.ts'
import { type CachedStream, dropAssumptions, type StreamCache } from './stream-cache.ts'
import { hmget, parse } from './values.ts'

const maxAssumedAbsent = 256

/** Loads what journal lines need to be judged: from the cache, and the rest from Redis. */
export function createStreamLoader(redis: RedisClient, cache: StreamCache): IndexPosition['load'] {
  return async function load(id, at, entries) {
    const { places, initFolders, sessionKeys } = requirementsOf(entries)
    const cached = cache.get(id, at.version) ?? (await loadStream(id, at.version))
    assumeAbsent(cached, places)
    await Promise.all([loadPlaces(id, cached, places), loadInits(id, cached, initFolders)])
    const { stream, order, totals, sessions, objects, folders, inits } = cached
    const wanted = stream ? sessionKeys(order) : []
    await loadSessions(id, cached, wanted)
    return {
      stream,
      state: { order, sessions: Object.fromEntries(pick(sessions, wanted)) },
      objects: pick(objects, places),
      folders: pick(folders, places),
      inits: initFolders.flatMap((folder) => inits.get(folder) ?? []),
      totals,
    }
  }

  async function loadStream(id: string, version: string): Promise<CachedStream> {
    const { stream, order, totals } = keysOf(id)
    const [streamJson, orderJson, totalsJson] = await orUnavailable(redis.mget(stream, order, totals))
    const loaded: CachedStream = {
      version,
      stream: parse<Stream>(streamJson),
      order: parse<Order>(orderJson) ?? initialState.order,
      totals: parse<Totals>(totalsJson) ?? noTotals,
      sessions: new Map(),
      objects: new Map(),
      folders: new Map(),
      inits: new Map(),
      assumedAbsent: new Set(),
      strictLoadsLeft: 1,
    }
    cache.put(id, loaded)
    return loaded
  }

  async function loadPlaces(
    id: string,
    { objects, folders }: CachedStream,
    places: readonly string[],
  ): Promise<void> {
    const keys = keysOf(id)
    const missing = places.filter((place) => !objects.has(place) || !folders.has(place))
    const [found, counts] = await Promise.all([
      orUnavailable(hmget(redis, keys.objects, missing)),
      orUnavailable(hmget(redis, keys.folders, missing)),
    ])
    for (const [i, place] of missing.entries()) {
      objects.set(place, found[i] ? decodeObject(found[i]) : null)
      folders.set(place, Number(counts[i] ?? 0))
    }
  }

  async function loadInits(
    id: string,
    { inits }: CachedStream,
    initFolders: readonly string[],
  ): Promise<void> {
    const missing = initFolders.filter((folder) => !inits.has(folder))
    const found = await Promise.all(missing.map((folder) => readInits(redis, id, folder)))
    for (const [i, folder] of missing.entries()) inits.set(folder, found[i] ?? [])
  }

  async function loadSessions(
    id: string,
    { sessions }: CachedStream,
    wanted: readonly string[],
  ): Promise<void> {
    const missing = wanted.filter((key) => !sessions.has(key))
    const found = await orUnavailable(hmget(redis, keysOf(id).current, missing))
    for (const [i, key] of missing.entries()) sessions.set(key, parse<Session>(found[i]))
  }
}

/** Init segments in a folder. */
export async function readInits(
  redis: RedisClient,
  stream: string,
  folder: string,
): Promise<readonly InitSegment[]> {
  const found = await orUnavailable(redis.hgetall(keysOf(stream).inits(folder)))
  return Object.entries(found).map(([path, init]) => decodeInit(path, init))
}

/** Most objects are new: Redis is not asked whether something stands at their places; the commit makes sure. */
function assumeAbsent(cached: CachedStream, places: readonly string[]): void {
  const { objects, folders, assumedAbsent } = cached
  dropAssumptions(cached)
  if (cached.strictLoadsLeft > 0) {
    cached.strictLoadsLeft--
    return
  }
  const missing = places.filter((place) => !objects.has(place) || !folders.has(place))
  for (const place of missing.slice(0, maxAssumedAbsent)) {
    objects.set(place, objects.get(place) ?? null)
    folders.set(place, folders.get(place) ?? 0)
    assumedAbsent.add(place)
  }
}

/** The entries with some names, without those that are known to be absent. */
function pick<Value>(
  cached: ReadonlyMap<string, Value | null>,
  names: readonly string[],
): ReadonlyMap<string, Value> {
  const found = new Map<string, Value>()
  for (const name of names) {
    const value = cached.get(name)
    if (value !== null && value !== undefined) found.set(name, value)
  }
  return found
}

import { once } from 'node:events'
import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis'
import { parseRedisUrl, type RedisTarget } from './url.ts'

/** A connection to Redis, however many servers that is. Where it is a Cluster, commands of several keys need one slot. */
export type RedisClient = Redis | Cluster

export interface ClientOptions {
  /** Commands wait for a Redis that is away for as long as it takes, instead of failing within about a second. */
  readonly waitsForReconnect: boolean
  readonly commandTimeout?: number
  readonly connectionName?: string
  readonly lazyConnect?: boolean
  /** Sends the commands of one turn of the event loop in one write. */
  readonly enableAutoPipelining?: boolean
}

const connectTimeout = 2_000
const retryStrategy = (attempt: number): number => Math.min(50 * attempt, 500)

/** Opens what a URL names; `onError` hears of every attempt that fails. */
export function openRedis(url: string, wishes: ClientOptions, onError: (error: Error) => void): RedisClient {
  const place = parseRedisUrl(url)
  if (place.kind === 'cluster')
    return openCluster(place, wishes).on('error', onError).on('node error', onError)
  const { waitsForReconnect, ...others } = wishes
  const options = {
    connectTimeout,
    retryStrategy,
    maxRetriesPerRequest: waitsForReconnect ? null : 1,
    ...others,
  }
  const redis =
    place.kind === 'server'
      ? new Redis(place.address, options)
      : new Redis({ ...options, ...sentinelOptions(place) })
  return redis.on('error', onError)
}

/** Resolves when commands can be sent, or when it turns out that Redis is away. One server's commands wait by themselves. */
export async function whenReady(redis: RedisClient): Promise<void> {
  if (!(redis instanceof Cluster) || redis.status === 'ready') return
  await once(redis, 'ready', { signal: AbortSignal.timeout(connectTimeout) }).catch(() => undefined)
}

/**
 * Does some work whenever what a server held may be gone, or older than it was: when it is there again, or, as nobody
 * looks for a lost server of a Cluster until a command needs it, when it is lost. One at a time, and once more after
 * whatever happens meanwhile.
 */
export function onReconnect(redis: RedisClient, work: () => Promise<void>): void {
  let isAtWork = false
  let again = false
  redis.on(redis instanceof Cluster ? '-node' : 'ready', () => {
    // Whoever closes the connection loses servers, too.
    if (redis.status !== 'ready') return
    again = true
    if (!isAtWork) void workOn()
  })

  async function workOn(): Promise<void> {
    isAtWork = true
    while (again) {
      again = false
      await work()
    }
    isAtWork = false
  }
}

/** Fails unless every server that answers for a part of the keys is there. */
export async function pingAll(redis: RedisClient): Promise<void> {
  if (!(redis instanceof Cluster)) return void (await redis.ping())
  const there = new Map(redis.nodes('master').map((node) => [keyOf(node.options), node]))
  const owners = new Set(redis.slots.map(([owner]) => owner))
  if (owners.size === 0) throw new Error('the Cluster is away')
  await Promise.all(
    [...owners].map((owner) => (owner && there.get(owner)?.ping()) || Promise.reject(away(owner))),
  )
}

const keyOf = ({ host, port }: RedisOptions): string => `${host}:${port}`
const away = (owner: string | undefined): Error => new Error(`${owner ?? 'an owner of slots'} is away`)

function sentinelOptions(place: Extract<RedisTarget, { kind: 'sentinel' }>) {
  const { nodes, name, db, login, sentinelLogin, isTls } = place
  const { username: sentinelUsername, password: sentinelPassword } = sentinelLogin
  return {
    ...{ sentinels: [...nodes], name, db, ...login, sentinelUsername, sentinelPassword },
    ...(isTls ? { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
    sentinelRetryStrategy: retryStrategy,
    sentinelCommandTimeout: connectTimeout,
    // A primary whose machine is gone says no goodbye, and one that has become a replica takes no writes.
    failoverDetector: true,
    reconnectOnError: (error: Error) => (error.message.startsWith('READONLY') ? 2 : false),
  } satisfies RedisOptions
}

function openCluster(place: Extract<RedisTarget, { kind: 'cluster' }>, wishes: ClientOptions): Cluster {
  const { waitsForReconnect, commandTimeout, connectionName, ...others } = wishes
  const redisOptions = {
    ...{ connectTimeout, commandTimeout, connectionName, maxRetriesPerRequest: null, ...place.login },
    ...(place.isTls ? { tls: {} } : {}),
  }
  const options = {
    ...{ ...others, ...(waitsForReconnect ? patience : impatience), redisOptions },
    clusterRetryStrategy: retryStrategy,
    slotsRefreshTimeout: connectTimeout,
    // ioredis's connect() never settles where that check fails, and BullMQ would wait for it for ever.
    enableReadyCheck: false,
    // A machine that is gone says no goodbye.
    slotsRefreshInterval: 10_000,
    // A certificate names hosts, not addresses.
    ...(place.isTls ? { dnsLookup: (host, callBack) => callBack(null, host) } : {}),
  } satisfies ClusterOptions
  return new Cluster([...place.nodes], options)
}

/** Tried again every 100 ms, ioredis's usual. */
const impatience = { enableOfflineQueue: false, maxRedirections: 10 }
const patience = { maxRedirections: Number.POSITIVE_INFINITY, retryDelayOnMoved: 50 }

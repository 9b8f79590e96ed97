import { once } from 'node:events'
import { Cluster, type ClusterOptions, Redis, type RedisOptions } from 'ioredis'
import { parseRedisUrl, type RedisTarget } from './url.ts'

/** A connection to one Redis server, or to a Cluster, in which all keys of one command must share a hash slot. */
export type RedisClient = Redis | Cluster

export interface ClientOptions {
  /** Whether commands wait until Redis is reachable again, instead of failing within about a second. */
  readonly waitsForReconnect: boolean
  /** Milliseconds after which a command fails. */
  readonly commandTimeout?: number
  readonly connectionName?: string
  readonly lazyConnect?: boolean
  /** Whether the commands of one event loop turn are sent in one write. */
  readonly enableAutoPipelining?: boolean
}

const connectTimeoutMs = 2_000
const slotsRefreshMs = 10_000
const retryStrategy = (attempt: number): number => Math.min(50 * attempt, 500)

/**
 * Connects to the Redis at a URL, and reconnects by itself. `onError` receives every failed attempt. Throws for an
 * invalid URL.
 */
export function openRedis(url: string, options: ClientOptions, onError: (error: Error) => void): RedisClient {
  const target = parseRedisUrl(url)
  if (target.kind === 'cluster')
    return openCluster(target, options).on('error', onError).on('node error', onError)
  const { waitsForReconnect, ...others } = options
  const redisOptions = {
    connectTimeout: connectTimeoutMs,
    retryStrategy,
    maxRetriesPerRequest: waitsForReconnect ? null : 1,
    ...others,
  }
  const redis =
    target.kind === 'server'
      ? new Redis(target.address, redisOptions)
      : new Redis({ ...redisOptions, ...sentinelOptions(target) })
  return redis.on('error', onError)
}

/**
 * Resolves when a Cluster is connected, or after 2 s. Resolves at once for a single server, because its commands wait
 * by themselves.
 */
export async function whenReady(redis: RedisClient): Promise<void> {
  if (!(redis instanceof Cluster) || redis.status === 'ready') return
  await once(redis, 'ready', { signal: AbortSignal.timeout(connectTimeoutMs) }).catch(() => undefined)
}

/**
 * Runs `task` when a server may have lost data: after a reconnection, or in a Cluster after a lost connection, because
 * ioredis reconnects to a server of a Cluster only when a command needs it. Runs the task one at a time, and once more
 * for all that happens during a run. `task` must not throw.
 */
export function onReconnect(redis: RedisClient, task: () => Promise<void>): void {
  let isRunning = false
  let runAgain = false
  redis.on(redis instanceof Cluster ? '-node' : 'ready', () => {
    // A Cluster that is being closed emits '-node', too.
    if (redis.status !== 'ready') return
    runAgain = true
    if (!isRunning) void run()
  })

  async function run(): Promise<void> {
    isRunning = true
    while (runAgain) {
      runAgain = false
      await task()
    }
    isRunning = false
  }
}

/** Throws unless every server that owns hash slots responds. */
export async function pingAll(redis: RedisClient): Promise<void> {
  if (!(redis instanceof Cluster)) return void (await redis.ping())
  const connected = new Map(redis.nodes('master').map((node) => [keyOf(node.options), node]))
  const owners = new Set(redis.slots.map(([owner]) => owner))
  if (owners.size === 0) throw new Error('the Cluster is unreachable')
  await Promise.all(
    [...owners].map((owner) => (owner && connected.get(owner)?.ping()) || Promise.reject(unreachable(owner))),
  )
}

const keyOf = ({ host, port }: RedisOptions): string => `${host}:${port}`
const unreachable = (owner: string | undefined): Error =>
  new Error(`${owner ?? 'an owner of slots'} is unreachable`)

function sentinelOptions(target: Extract<RedisTarget, { kind: 'sentinel' }>) {
  const { nodes, name, db, login, sentinelLogin, isTls } = target
  const { username: sentinelUsername, password: sentinelPassword } = sentinelLogin
  return {
    sentinels: [...nodes],
    name,
    db,
    ...login,
    sentinelUsername,
    sentinelPassword,
    ...(isTls ? { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
    sentinelRetryStrategy: retryStrategy,
    sentinelCommandTimeout: connectTimeoutMs,
    // A primary whose machine has died closes no connection, and a primary that has become a replica refuses writes.
    failoverDetector: true,
    reconnectOnError: (error: Error) => (error.message.startsWith('READONLY') ? 2 : false),
  } satisfies RedisOptions
}

function openCluster(target: Extract<RedisTarget, { kind: 'cluster' }>, options: ClientOptions): Cluster {
  const { waitsForReconnect, commandTimeout, connectionName, ...others } = options
  const redisOptions = {
    connectTimeout: connectTimeoutMs,
    commandTimeout,
    connectionName,
    maxRetriesPerRequest: null,
    ...target.login,
    ...(target.isTls ? { tls: {} } : {}),
  }
  const clusterOptions = {
    ...others,
    ...(waitsForReconnect ? waitOptions : failFastOptions),
    redisOptions,
    clusterRetryStrategy: retryStrategy,
    slotsRefreshTimeout: connectTimeoutMs,
    // When the check fails, ioredis's connect() never settles, and BullMQ would wait for ever.
    enableReadyCheck: false,
    // Passes host names to TLS unresolved, because certificates name hosts, not addresses.
    ...(target.isTls ? { dnsLookup: (host, callBack) => callBack(null, host) } : {}),
  } satisfies ClusterOptions
  return withPeriodicRefresh(new Cluster([...target.nodes], clusterOptions))
}

/**
 * Notices a machine that has died, which closes no connection; also for connections that BullMQ duplicates. ioredis's own
 * `slotsRefreshInterval` goes on for ever when a Cluster is closed during a refresh, and keeps the process alive.
 */
function withPeriodicRefresh(cluster: Cluster): Cluster {
  let timer: NodeJS.Timeout | undefined
  cluster.on('ready', () => {
    clearInterval(timer)
    timer = setInterval(() => cluster.refreshSlotsCache(), slotsRefreshMs).unref()
  })
  cluster.on('end', () => clearInterval(timer))
  const duplicate = cluster.duplicate.bind(cluster)
  cluster.duplicate = (...given) => withPeriodicRefresh(duplicate(...given))
  return cluster
}

/** ioredis retries every 100 ms, so commands fail after about a second. */
const failFastOptions = { enableOfflineQueue: false, maxRedirections: 10 }
const waitOptions = { maxRedirections: Number.POSITIVE_INFINITY, retryDelayOnMoved: 50 }

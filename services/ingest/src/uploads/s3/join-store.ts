import { randomUUID } from 'node:crypto'
import { withTimeout } from '@pushav/shared/lib/with-timeout.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import { sleep } from '../../lib/sleep.ts'
import { bodyOf, type ObjectStore, readObject } from './object-store.ts'

const instancesPrefix = 'instances/'
/** Time between two signs of life of an instance, and for how long a new one watches for them. */
const beatEveryMs = 15_000
const watchMs = 20_000
const pollMs = 1_000
const closeTimeoutMs = 1_000

/** Says in Redis which store its index belongs to. */
export interface StoreName {
  /** Null where none has been set. Throws `Unavailable`. */
  read(): Promise<string | null>
  /** Sets it unless it is set; returns what is set then. Throws `Unavailable`. */
  claim(name: string): Promise<string>
}

export interface JoinStoreDeps {
  readonly store: ObjectStore
  /** The id of what is stored below the prefix. */
  readonly storeId: string
  readonly inRedis: StoreName
  /** The name under which this instance writes journals. */
  readonly instance: string
  readonly log: Pick<Logger, 'warn'>
  readonly signal: AbortSignal
  /** For tests. */
  readonly watchMs?: number
}

/**
 * Joins the machines that share a prefix and a Redis; resolves with what leaves them. Throws, in words, where the
 * Redis has the index of another store, and where machines with another Redis are alive below the prefix: two servers
 * would give verdicts on one another's uploads. A Redis without a name may have been emptied; it is taken once no
 * such machine shows.
 */
export async function joinStore(deps: JoinStoreDeps): Promise<AsyncDisposable> {
  const { store, storeId, inRedis, instance } = deps
  const name = (await inRedis.read()) ?? (await nameForEmptyRedis(deps))
  if (!name.startsWith(`${storeId}/`))
    throw new Error(
      'STORE: this Redis has the index of another store or prefix; use a Redis of its own for each',
    )
  const key = `${instancesPrefix}${instance}`
  await beat()
  const timer = setInterval(() => void beat().catch(() => undefined), beatEveryMs).unref()
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await withTimeout(closeTimeoutMs, store.remove([key])).catch(() => undefined)
    },
  }

  /** Writes a sign of life, and the name into Redis again, which may have been emptied meanwhile. */
  async function beat(): Promise<void> {
    await inRedis.claim(name).catch(() => undefined)
    const bytes = Buffer.from(JSON.stringify({ redis: name, beat: randomUUID() }))
    await store.put(key, bodyOf(bytes))
  }
}

/** An emptied Redis and a second server look alike, until the machines of a first one show that they are alive. */
async function nameForEmptyRedis(deps: JoinStoreDeps): Promise<string> {
  const { store, storeId, inRedis, instance, log, signal } = deps
  const before = await beatsOf(store, instance)
  if (before.size > 0)
    log.warn(
      { instances: [...before.keys()] },
      'Redis is empty, and other machines have written below this prefix: looking whether they are alive with another Redis',
    )
  for (let leftMs = before.size > 0 ? (deps.watchMs ?? watchMs) : 0; leftMs > 0; leftMs -= pollMs) {
    await sleep(pollMs, signal)
    const beats = await beatsOf(store, instance)
    // Read behind the beats: a machine that starts at the same time claims the name before its first beat.
    const claimed = await inRedis.read()
    if (claimed !== null) return claimed
    for (const [other, beat] of beats)
      if (before.get(other) !== beat)
        throw new Error(
          `STORE: ${other} is alive below this prefix with another Redis; use another prefix, or its Redis`,
        )
  }
  return inRedis.claim(`${storeId}/${randomUUID()}`)
}

/** The last sign of life of each other instance. */
async function beatsOf(store: ObjectStore, own: string): Promise<ReadonlyMap<string, string>> {
  const beats = new Map<string, string>()
  for await (const { key } of store.list(instancesPrefix)) {
    const other = key.slice(instancesPrefix.length)
    if (other !== own) beats.set(other, String(await readObject(store, key)))
  }
  return beats
}

import { setTimeout as sleep } from 'node:timers/promises'
import { withTimeout } from '@pushav/shared/lib/with-timeout.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import type { StoreTarget } from '@pushav/shared/store-url.ts'
import { x509Reader } from './certificates/x509/reader.ts'
import type { Config } from './config.ts'
import type { EventBus } from './events/event-bus.ts'
import type { ClientCertificates, Journals, UploadStore } from './uploads/ports.ts'
import { awaitStore, markKey } from './uploads/s3/await-store.ts'
import { indexedLinks } from './uploads/s3/indexed-links.ts'
import { joinStore, type StoreName } from './uploads/s3/join-store.ts'
import type { LocalJournals, LocalUploads } from './uploads/s3/local.ts'
import type { ObjectStore } from './uploads/s3/object-store.ts'
import { s3Certificates } from './uploads/s3/s3-certificates.ts'
import { s3Journals } from './uploads/s3/s3-journals.ts'
import { s3ObjectStore } from './uploads/s3/s3-object-store.ts'
import { s3UploadStore } from './uploads/s3/s3-upload-store.ts'
import { type ShipBacklog, startShipper } from './uploads/s3/shipper.ts'
import { storeSegments } from './uploads/s3/store-segments.ts'
import { storeStreams } from './uploads/s3/store-streams.ts'

const pingTimeoutMs = 2_000
const resubscribeMs = 1_000
const nowMs = (): number => Date.now()

interface LocalStorage {
  /** The name under which this instance writes journals. */
  readonly instance: string
  readonly inRedis: StoreName
  readonly journals: LocalJournals
  readonly uploads: LocalUploads
  readonly clientCertificates: ClientCertificates
}

/** Bodies, journals and certificates of all machines. */
export interface SharedStorage {
  readonly journals: Journals
  readonly uploads: UploadStore
  readonly clientCertificates: ClientCertificates
  /** What the index has at a path, since no disk has the links of all machines. */
  readonly linksIn: typeof indexedLinks
  /** How far the store is behind this disk. */
  readonly backlog: () => ShipBacklog
  /** What the owner of this server should know, in sentences. */
  readonly warnings: () => readonly string[]
  /** Rejects while the store does not respond. */
  readonly ping: () => Promise<unknown>
  /** Ships what an earlier process has left on this disk. */
  readonly shipLeftOver: () => Promise<void>
  /** Has this machine notice what others remove. */
  readonly watchRemovals: (eventBus: Pick<EventBus, 'subscribe'>) => void
}

const behind =
  'The object store does not respond: uploads are stored on this machine alone, and shipped when it is back.'
const needed = 'The object store does not respond: uploads get 503 until it is back.'

/**
 * Reaches an object store, and returns what puts it behind this disk. Loaded only where one is set: its client takes time
 * and memory.
 */
export async function openObjectStore(target: StoreTarget, built: AsyncDisposableStack, log: Logger) {
  const closing = new AbortController()
  const store = built.use(s3ObjectStore(target, closing.signal))
  built.defer(() => closing.abort())
  const storeId = await awaitStore(store, log, closing.signal)
  return (config: ShippingConfig, local: LocalStorage): Promise<SharedStorage> =>
    shareStorage({ store, storeId, closing }, config, local, built, log)
}

type ShippingConfig = Pick<Config, 'durability' | 'shipWithinMs' | 'storeWaitMs'>

interface ReachedStore {
  readonly store: ObjectStore
  readonly storeId: string
  /** Ends requests to it. */
  readonly closing: AbortController
}

async function shareStorage(
  { store, storeId, closing }: ReachedStore,
  config: ShippingConfig,
  local: LocalStorage,
  built: AsyncDisposableStack,
  log: Logger,
): Promise<SharedStorage> {
  const { shipWithinMs, storeWaitMs: maxWaitMs } = config
  const waits = config.durability === 'store'
  const { signal } = closing
  const segments = storeSegments(store, log)
  const streams = storeStreams(store, nowMs)
  await streams.list()
  const { journals, uploads } = local
  const shipper = built.use(
    startShipper({
      ...{ journals, uploads, store, segments, shipWithinMs, maxWaitMs, log, nowMs },
      abort: () => closing.abort(),
    }),
  )
  const { instance, inRedis } = local
  built.use(await joinStore({ store, storeId, inRedis, instance, log, signal }))
  return {
    journals: s3Journals({ local: journals, store, streams, segments, shipper, waits, maxWaitMs }),
    uploads: s3UploadStore({ local: uploads, store, shipper, waits, shipWithinMs, maxWaitMs, nowMs }),
    clientCertificates: s3Certificates({
      ...{ local: local.clientCertificates, store, describe: x509Reader.describe, waits, log },
    }),
    linksIn: indexedLinks,
    backlog: shipper.backlog,
    warnings: () => (shipper.backlog().failure === null ? [] : [waits ? needed : behind]),
    ping: () => withTimeout(pingTimeoutMs, store.has(markKey)),
    async shipLeftOver() {
      for (const stream of await journals.streams()) shipper.touch(stream)
    },
    watchRemovals: (eventBus) => void watchRemovals(eventBus),
  }

  async function watchRemovals(eventBus: Pick<EventBus, 'subscribe'>): Promise<void> {
    while (!closing.signal.aborted) {
      try {
        for await (const { event } of await eventBus.subscribe(null, closing.signal))
          if (event.kind === 'stream-deleted') await forget(event.stream)
      } catch (error) {
        log.warn({ error }, 'what other machines remove is not seen for a moment')
      }
      await sleep(resubscribeMs, undefined, { signal: closing.signal }).catch(() => undefined)
    }
  }

  async function forget(stream: string): Promise<void> {
    streams.forget(stream)
    await shipper.forget(stream)
    if (!(await journals.has(stream))) return
    await journals.remove(stream)
    await uploads.removeStream(stream)
    await journals.removed(stream)
  }
}

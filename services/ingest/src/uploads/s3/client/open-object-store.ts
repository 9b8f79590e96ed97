import { withTimeout } from '@pushav/shared/lib/with-timeout.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import type { StoreTarget } from '@pushav/shared/store/store-url.ts'
import type { CertificateDetails } from '../../../certificates/ports.ts'
import type { Config } from '../../../config.ts'
import type { EventBus } from '../../../events/event-bus.ts'
import type { InspectionArchive } from '../../../indexing/inspect-upload.ts'
import { sleep } from '../../../lib/sleep.ts'
import type { StreamQueries } from '../../../streams/ports.ts'
import type {
  ClientCertificates,
  Journals,
  LocalJournals,
  LocalUploads,
  ObjectLinks,
  StoreInstance,
  UploadStore,
} from '../../ports.ts'
import { awaitStore, markKey, onceStoreResponds } from '../await-store.ts'
import { storeBodies } from '../bodies/store-bodies.ts'
import { evictBodiesWith, startEviction } from '../evict-bodies.ts'
import { indexedLinks } from '../indexed-links.ts'
import { joinStore, type StoreName } from '../join-store.ts'
import type { ObjectStore } from '../object-store.ts'
import { removedBodiesWith } from '../removals/removed-bodies.ts'
import { watchRemovals } from '../removals/watch-removals.ts'
import { s3Certificates } from '../s3-certificates.ts'
import { s3Inspections } from '../s3-inspections.ts'
import { s3Journals } from '../s3-journals.ts'
import { s3UploadStore } from '../s3-upload-store.ts'
import { type ShipBacklog, startShipper } from '../shipper.ts'
import { storeSegments } from '../store-segments.ts'
import { type StoreStreams, storeStreams } from '../store-streams.ts'
import { s3ObjectStore } from './s3-object-store.ts'

const pingTimeoutMs = 2_000
/** A multipart upload that began this long ago is given up: its process has died. */
const abandonedMs = 86_400_000
const sweepEveryMs = 3_600_000
const nowMs = (): number => Date.now()

interface LocalStorage {
  readonly inStore: StoreInstance
  /** What a certificate in PEM says; null for one that cannot be read. */
  readonly describe: (pem: string) => CertificateDetails | null
  readonly inRedis: StoreName
  readonly index: Pick<StreamQueries, 'upload' | 'newest'>
  readonly journals: LocalJournals
  readonly uploads: LocalUploads
  readonly clientCertificates: ClientCertificates
  readonly archive: InspectionArchive
}

/** Bodies, journals and certificates of all machines. */
export interface SharedStorage {
  readonly journals: Journals
  readonly uploads: UploadStore
  readonly clientCertificates: ClientCertificates
  readonly archive: InspectionArchive
  /** What the index has at a path, since no disk has the links of all machines. */
  readonly links: ObjectLinks
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

const behindWarning =
  'The object store does not respond: uploads are stored on this machine alone, and shipped when it is back.'
const neededWarning = 'The object store does not respond: uploads get 503 until it is back.'

/**
 * Connects to an object store, and returns a function that puts it behind this disk. Loaded only where a store is
 * set: its client takes time and memory.
 */
export async function openObjectStore(target: StoreTarget, built: AsyncDisposableStack, log: Logger) {
  const closing = new AbortController()
  const store = built.use(s3ObjectStore(target, closing.signal))
  built.defer(() => closing.abort())
  const storeId = await awaitStore(store, log, closing.signal)
  void sweepParts(store, closing.signal, log)
  return (config: ShippingConfig, local: LocalStorage): Promise<SharedStorage> =>
    shareStorage({ store, storeId, closing }, config, local, built, log)
}

/** Aborts parts of bodies whose processes died on the way: the store bills them. */
async function sweepParts(store: ObjectStore, signal: AbortSignal, log: Logger): Promise<void> {
  while (!signal.aborted) {
    try {
      const aborted = await store.abortBegun('', new Date(nowMs() - abandonedMs))
      if (aborted > 0) log.info({ aborted }, 'uploads to the store that a crash cut off were aborted')
    } catch (error) {
      if (!signal.aborted) log.warn({ error }, 'uploads to the store that a crash cut off are aborted later')
    }
    await sleep(sweepEveryMs, signal)
  }
}

type ShippingConfig = Pick<Config, 'durability' | 'shipWithinMs' | 'storeWaitMs' | 'cacheBytes'>

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
  const storedBodies = storeBodies(store, log)
  const streams = storeStreams(store, nowMs)
  await onceStoreResponds(log, signal, streams.list)
  const { journals, uploads } = local
  const shipper = built.use(
    startShipper({
      journals,
      uploads,
      store,
      storedBodies,
      segments,
      shipWithinMs,
      maxWaitMs,
      log,
      nowMs,
      abort: () => closing.abort(),
    }),
  )
  const { inStore, inRedis, index } = local
  const joining = { store, storeId, inRedis, instance: inStore.journal, log, signal }
  built.use(await onceStoreResponds(log, signal, () => joinStore(joining)))
  await bringStreams(await journals.streams(), streams, inStore.isNew)
  await inStore.save()
  if (config.cacheBytes > 0) {
    const evictBodies = evictBodiesWith({
      streams: journals.streams,
      local: uploads,
      shipper,
      maxBytes: config.cacheBytes,
      nowMs,
    })
    built.use(startEviction(evictBodies, log))
  }
  return {
    journals: s3Journals({ local: journals, store, streams, segments, shipper, waits, maxWaitMs }),
    uploads: s3UploadStore({
      local: uploads,
      storedBodies,
      index,
      shipper,
      waits,
      shipWithinMs,
      maxWaitMs,
      nowMs,
    }),
    clientCertificates: s3Certificates({
      local: local.clientCertificates,
      store,
      describe: local.describe,
      waits,
      log,
    }),
    archive: s3Inspections(local.archive, store),
    links: indexedLinks(index),
    backlog: shipper.backlog,
    warnings: () => (shipper.backlog().failure === null ? [] : [waits ? neededWarning : behindWarning]),
    ping: () => withTimeout(pingTimeoutMs, store.has(markKey)),
    async shipLeftOver() {
      for (const stream of await journals.streams()) shipper.touch(stream)
    },
    watchRemovals(eventBus) {
      const freeRemoved = removedBodiesWith({ local: uploads, storedBodies, shipper, index, nowMs })
      void watchRemovals({
        eventBus,
        journals,
        uploads,
        streams,
        shipper,
        freeRemoved,
        log,
        signal,
      }).catch((error) => signal.aborted || log.error({ error }, 'what other machines remove is not seen'))
    },
  }
}

/**
 * Takes the streams of a folder that was filled before there was a store into an empty store. Throws, in words, where
 * the store has streams: two would have one id.
 */
async function bringStreams(
  here: readonly string[],
  streams: Pick<StoreStreams, 'list' | 'isRemoved' | 'bring'>,
  isNew: boolean,
): Promise<void> {
  const there = new Set(await streams.list())
  if (isNew && here.length > 0 && there.size > 0)
    throw new Error(
      'STORE: this working directory has streams of its own, and so has the store; a folder that was filled without a store goes into an empty one',
    )
  for (const stream of here) if (!there.has(stream) && !streams.isRemoved(stream)) await streams.bring(stream)
}

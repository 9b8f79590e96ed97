import type { KeyedMutex } from '@pushav/shared/lib/keyed-mutex.ts'
import type { Logger } from '@pushav/shared/logger.ts'
import type { StoreTarget } from '@pushav/shared/store/store-url.ts'
import { awaitStore, onceStoreResponds } from '../../uploads/s3/await-store.ts'
import { s3ObjectStore } from '../../uploads/s3/client/s3-object-store.ts'
import { cachedFiles } from '../cached-files.ts'
import type { ChangeCounts, SharedSecrets } from '../ports.ts'
import { agreeOnKey, sealedFiles } from './sealed-files.ts'

const intervalMs = 1_000

interface SharedSecretsDeps {
  readonly counts: ChangeCounts
  readonly mutex: (onAcquired: () => void) => KeyedMutex
  readonly log: Logger
}

/**
 * Reaches the store, waits for it, and opens the files there that are sealed with the passphrase. Throws, in words,
 * where that is another one.
 */
export async function openSharedSecrets(
  target: StoreTarget,
  passphrase: string,
  built: AsyncDisposableStack,
  { counts, mutex, log }: SharedSecretsDeps,
): Promise<SharedSecrets> {
  const closing = new AbortController()
  const store = built.use(s3ObjectStore(target, closing.signal))
  built.defer(() => closing.abort())
  await awaitStore(store, log, closing.signal)
  const key = await onceStoreResponds(log, closing.signal, () => agreeOnKey(store, passphrase))
  const fresh = sealedFiles(store, key)
  const files = built.use(cachedFiles({ files: fresh, counts, intervalMs, log }))
  return { files, fresh, runExclusively: mutex(files.forget) }
}

import type { Logger } from '@pushav/shared/logger.ts'
import type { Config } from './config.ts'
import { connectRedis, createErrorReport } from './indexing/redis/connections.ts'
import { readPassphrase } from './shared-files/disk/read-passphrase.ts'
import type { SharedSecrets } from './shared-files/ports.ts'
import { redisChangeCounts } from './shared-files/redis/change-counts.ts'
import { redisMutex } from './shared-files/redis/redis-mutex.ts'

type SharedFilesConfig = Pick<Config, 'store' | 'storePassphrase' | 'storePassphraseFile' | 'redisUrl'>

/** What all machines have in common beside uploads, where a passphrase seals it in the store; else null. */
export async function openSharedFiles(
  config: SharedFilesConfig,
  built: AsyncDisposableStack,
  log: Logger,
): Promise<SharedSecrets | null> {
  const passphrase = await readPassphrase(config)
  if (passphrase === null || config.store === null) return null
  const redis = built.adopt(connectRedis(config.redisUrl, createErrorReport(log)), (client) =>
    client.disconnect(),
  )
  // Loaded only here: the store's client takes time and memory.
  const { openSharedSecrets } = await import('./shared-files/s3/open-shared-secrets.ts')
  return openSharedSecrets(config.store, passphrase, built, {
    counts: redisChangeCounts(redis),
    mutex: (onAcquired) => redisMutex(redis, onAcquired),
    log,
  })
}

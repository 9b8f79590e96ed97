import { randomUUID } from 'node:crypto'
import type { Logger } from '@pushav/shared/logger.ts'
import { sleep } from '../../lib/sleep.ts'
import { RecordChanged } from '../ports.ts'
import { isStoreUnavailable, type ObjectStore, readObject } from './object-store.ts'

const retryMs = 2_000
/** The object that says that a prefix is this server's. */
export const markKey = 'store.json'
const format = 1

/** Faults that no waiting heals, by the name of the store's error, in words for the person who starts the server. */
const permanent: Readonly<Record<string, string>> = {
  NoSuchBucket: 'there is no such bucket',
  InvalidBucketName: 'the store does not take this name of a bucket',
  AccessDenied:
    'the store refuses these keys: they need s3:GetObject, s3:PutObject, s3:DeleteObject and s3:ListBucket',
  InvalidAccessKeyId: 'the store does not know this access key',
  SignatureDoesNotMatch: 'the secret key is not the one of the access key',
  RequestTimeTooSkewed: 'the clock of this machine differs too much from that of the store; set it',
  PermanentRedirect: 'the bucket is in another region or at another endpoint',
  AuthorizationHeaderMalformed: 'the bucket is in another region',
  CredentialsProviderError:
    'there are no keys: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the machine a role',
}

/**
 * Resolves with the id of what is stored below the prefix, once the store responds. Throws, in words, where waiting does
 * not help, where the store cannot do what this server needs, and where a later version of this server has written there.
 */
export function awaitStore(
  store: ObjectStore,
  log: Pick<Logger, 'warn'>,
  signal: AbortSignal,
): Promise<string> {
  return onceStoreResponds(log, signal, () => readMark(store))
}

/**
 * Repeats a step of the start until the store responds to it, and says so in the log. Throws what else it throws, and in
 * words where waiting does not help.
 */
export async function onceStoreResponds<Result>(
  log: Pick<Logger, 'warn'>,
  signal: AbortSignal,
  step: () => Promise<Result>,
): Promise<Result> {
  for (;;) {
    try {
      return await step()
    } catch (error) {
      if (!isStoreUnavailable(error)) throw error
      const { name, message } = error.cause as Error
      const words = permanent[name]
      if (words !== undefined) throw new Error(`STORE: ${words} (${name})`, { cause: error.cause })
      log.warn(
        { reason: `${name}: ${message}` },
        'the store does not respond; this process waits for it and starts then',
      )
      await sleep(retryMs, signal)
      if (signal.aborted) throw error
    }
  }
}

async function readMark(store: ObjectStore): Promise<string> {
  const mark = Buffer.from(JSON.stringify({ format, id: randomUUID() }))
  const isNew = await store.create(markKey, mark)
  if (isNew && (await store.create(markKey, mark)))
    throw new Error(
      'STORE: the store ignores If-None-Match: *, without which two machines could write one object; some stores do so in a bucket with versioning',
    )
  const bytes = await readObject(store, markKey).catch((error) => {
    if (error instanceof RecordChanged) return null
    throw error
  })
  const stored: unknown = JSON.parse(String(bytes))
  if (!isMark(stored))
    throw new Error(`STORE: ${markKey} below the prefix is not this server's; use another prefix`)
  if (stored.format > format)
    throw new Error('STORE: a later version of this server has written below the prefix')
  return stored.id
}

function isMark(stored: unknown): stored is { readonly format: number; readonly id: string } {
  if (typeof stored !== 'object' || stored === null) return false
  const { format, id } = stored as Record<string, unknown>
  return typeof format === 'number' && typeof id === 'string'
}

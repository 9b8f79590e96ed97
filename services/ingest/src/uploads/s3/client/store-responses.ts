import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import type { S3ServiceException } from '@aws-sdk/client-s3'
import { RecordChanged } from '../../ports.ts'
import { storeUnavailable } from '../object-store.ts'

/**
 * The bytes of a response, the last ones only where all of them have the digest. Iterating throws `RecordChanged` where
 * they have not, and what `arriving` throws.
 */
export async function* verified(
  key: string,
  bytes: Readable,
  sha256: string | undefined,
): AsyncIterable<Buffer> {
  const hash = createHash('sha256')
  let held: Buffer | null = null
  for await (const some of arriving(bytes)) {
    hash.update(some)
    if (held) yield held
    held = some
  }
  if (hash.digest('hex') !== sha256)
    throw new RecordChanged(`${key} in the store has other bytes than were put`)
  if (held) yield held
}

/** The bytes of a response. Iterating throws `Unavailable` where the store breaks off. */
export async function* arriving(bytes: Readable): AsyncIterable<Buffer> {
  try {
    yield* bytes as AsyncIterable<Buffer>
  } catch (error) {
    throw storeUnavailable(error)
  } finally {
    bytes.destroy()
  }
}

/** A response of the store; null for a refusal with one of the statuses. Throws `Unavailable` for any other error. */
export async function orNull<Result>(
  pending: Promise<Result>,
  statuses: readonly number[],
): Promise<Result | null> {
  try {
    return await pending
  } catch (error) {
    const status = (error as S3ServiceException).$metadata?.httpStatusCode
    const isBucketGone = (error as Error).name === 'NoSuchBucket'
    if (status !== undefined && statuses.includes(status) && !isBucketGone) return null
    throw storeUnavailable(error)
  }
}

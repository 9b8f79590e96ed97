import type { StoreTarget } from './store-url.ts'

const connectTimeoutMs = 3_000

interface StoreClientLimits {
  /** How often a request is sent in all before it fails. */
  readonly maxAttempts: number
  /** How long one attempt may take, or the store may send no byte. */
  readonly requestTimeoutMs: number
}

/** Settings of the AWS SDK's `S3Client` for an object store, the same in every process that uses one. */
export const storeClientSettings = (
  { endpoint, region, isPathStyle }: StoreTarget,
  { maxAttempts, requestTimeoutMs }: StoreClientLimits,
) =>
  ({
    ...(endpoint === null ? {} : { endpoint }),
    ...(region === null ? {} : { region }),
    forcePathStyle: isPathStyle,
    maxAttempts,
    // Stores other than Amazon's do not know the newer checksums; objects carry a digest of our own.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
    },
  }) as const

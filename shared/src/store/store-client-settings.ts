import type { StoreTarget } from './store-url.ts'

const connectTimeoutMs = 3_000
/**
 * `maxSockets` exceeds the number of requests at a time: for the SDK, a request that waits for a free connection is one
 * that gets no connection.
 */
const agent = { keepAlive: true, maxSockets: 256 }

interface StoreClientLimits {
  /** How often a request is sent before it fails. */
  readonly maxAttempts: number
  /** How long one attempt may take, and how long the store may send no byte. */
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
    // Stores other than Amazon's do not know the newer checksums. This server stores a digest of each object itself.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      requestTimeout: requestTimeoutMs,
      throwOnRequestTimeout: true,
      httpAgent: agent,
      httpsAgent: agent,
    },
  }) as const

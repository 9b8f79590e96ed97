import { hash } from 'node:crypto'
import type { Readable } from 'node:stream'
import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import { createLru } from '@pushav/shared/lib/lru.ts'
import { digestName, uploadKey } from '@pushav/shared/paths.ts'
import { storeClientSettings } from '@pushav/shared/store/store-client-settings.ts'
import type { StoreTarget } from '@pushav/shared/store/store-url.ts'
import {
  beforePacksWith,
  isPackable,
  lowestIdOf,
  type Pack,
  packIn,
  packsPrefix,
  placesIn,
} from '@pushav/shared/uploads/pack-key.ts'
import { type ReadRange, UploadChanged, UploadGone, UploadsUnavailable } from '../use-cases/ports.ts'

/** One attempt, because the caller retries. */
const clientLimits = { maxAttempts: 1, requestTimeoutMs: 15_000 }
/** A machine with a backlog may ship an upload this much later than `shipWithinMs`. */
const maxLateMs = 3_000
const maxMissingUploads = 1_024

interface StoreReaderOptions {
  /** How long after an upload's response the upload may reach the store. */
  readonly shipWithinMs: number
  /** A monotonic clock in milliseconds: the wall clocks of machines may differ by hours. */
  readonly nowMs: () => number
}

/**
 * Reads ranges of uploads in an object store that speaks S3. `abortSignal` aborts all requests. The SDK finds the
 * credentials, which need s3:GetObject and s3:ListBucket. An upload that is missing in the store may be on its way
 * there: for `shipWithinMs` and `maxLateMs` it counts as unavailable, then as gone.
 */
export function createStoreReader(
  target: StoreTarget,
  { shipWithinMs, nowMs }: StoreReaderOptions,
  abortSignal: AbortSignal,
): ReadRange {
  const { bucket, prefix } = target
  const client = new S3Client(storeClientSettings(target, clientLimits))
  abortSignal.addEventListener('abort', () => client.destroy(), { once: true })
  /** When this reader first found an upload missing, in milliseconds of `nowMs`; by the upload's key. */
  const missingSince = createLru<string, number>(maxMissingUploads)

  return async function readRange(stream, upload, from, to) {
    const at = { Bucket: bucket, Key: `${prefix}${uploadKey(stream, upload)}` }
    const found = await get(at, `bytes=${from}-${to === undefined ? '' : to - 1}`)
    if (found === 'missing')
      return (await readPacked(stream, upload, from, to)) ?? fail(missing(stream, upload))
    if (found === 'beyond-end') {
      const size = await sizeOf(at)
      if (size === null || size > from) throw missing(stream, upload)
      return { size, sha256: null, bytes: noBytes(), [Symbol.dispose]() {} }
    }
    const sha256 = await digestIn(found.Metadata)
    const body = found.Body as Readable
    const size = Number(/\/(\d+)$/.exec(found.ContentRange ?? '')?.[1])
    if (!/^[0-9a-f]{64}$/.test(sha256) || Number.isNaN(size)) {
      body.destroy()
      throw new UploadChanged(stream, upload)
    }
    return { size, sha256, bytes: readThrough(body), [Symbol.dispose]: () => void body.destroy() }
  }

  /**
   * The digest of a body, from the metadata. A body that was shipped while it arrived has its digest in another object,
   * whose key is in the metadata.
   */
  async function digestIn(metadata: Record<string, string> = {}): Promise<string> {
    const key = metadata[digestName]
    if (key === undefined) return metadata.sha256 ?? ''
    const found = await get({ Bucket: bucket, Key: `${prefix}${key}` })
    return typeof found === 'string'
      ? ''
      : ((await found.Body?.transformToString().catch(failUnavailable)) ?? '')
  }

  /**
   * Reads a small body that shares an object, a pack, with others; null when no pack has it. Reads the whole pack and
   * compares its digest.
   */
  async function readPacked(
    stream: string,
    upload: string,
    from: number,
    to: number | undefined,
  ): Promise<Awaited<ReturnType<ReadRange>> | null> {
    if (!isPackable({ upload, bytes: 1 })) return null
    const pack = await findPack(stream, upload)
    const found = pack && (await get({ Bucket: bucket, Key: `${prefix}${pack.key}` }))
    if (!found || typeof found === 'string') return null
    const all = Buffer.from((await found.Body?.transformToByteArray().catch(failUnavailable)) ?? [])
    if (digestOf(all) !== found.Metadata?.sha256) throw new UploadChanged(stream, upload)
    const place = placesIn(pack).find((member) => member.upload === upload)
    if (!place) return null
    const { offset, bytes: size } = place
    const body = all.subarray(offset, offset + size)
    const range = body.subarray(from, to)
    return { size, sha256: digestOf(body), bytes: oneChunk(range), [Symbol.dispose]() {} }
  }

  async function findPack(stream: string, upload: string): Promise<Pack | null> {
    let StartAfter = `${prefix}${beforePacksWith(stream, upload)}`
    for (;;) {
      const command = new ListObjectsV2Command({
        Bucket: bucket,
        Prefix: `${prefix}${packsPrefix(stream)}`,
        StartAfter,
      })
      const page = await client.send(command, { abortSignal }).catch(failUnavailable)
      for (const { Key = '' } of page.Contents ?? []) {
        StartAfter = Key
        const pack = packIn(stream, Key.slice(prefix.length))
        if (pack?.members.some((member) => member.upload === upload)) return pack
        if (pack && lowestIdOf(pack) > upload) return null
      }
      if (!page.IsTruncated) return null
    }
  }

  async function get(
    at: { readonly Bucket: string; readonly Key: string },
    Range?: string,
  ): Promise<GetObjectCommandOutput | 'missing' | 'beyond-end'> {
    try {
      return await client.send(new GetObjectCommand({ ...at, ...(Range && { Range }) }), { abortSignal })
    } catch (error) {
      if ((error as Error).name === 'NoSuchBucket') throw unavailable(error)
      if (statusOf(error) === 404) return 'missing'
      if (statusOf(error) === 416) return 'beyond-end'
      throw unavailable(error)
    }
  }

  async function sizeOf(at: { readonly Bucket: string; readonly Key: string }): Promise<number | null> {
    try {
      return (await client.send(new HeadObjectCommand(at), { abortSignal })).ContentLength ?? null
    } catch (error) {
      if (statusOf(error) === 404) return null
      throw unavailable(error)
    }
  }

  function missing(stream: string, upload: string): Error {
    const key = uploadKey(stream, upload)
    const since = missingSince.get(key) ?? nowMs()
    missingSince.set(key, since)
    if (nowMs() - since < shipWithinMs + maxLateMs)
      return new UploadsUnavailable(`the store does not have ${key} yet`)
    return new UploadGone(stream, upload)
  }
}

async function* readThrough(body: Readable): AsyncGenerator<Buffer> {
  try {
    yield* body as AsyncIterable<Buffer>
  } catch (error) {
    throw unavailable(error)
  }
}

async function* noBytes(): AsyncGenerator<Buffer> {}

async function* oneChunk(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes
}

const digestOf = (bytes: Buffer): string => hash('sha256', bytes)

function fail(error: Error): never {
  throw error
}

function failUnavailable(error: unknown): never {
  throw unavailable(error)
}

const statusOf = (error: unknown): number | undefined =>
  (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode

const unavailable = (error: unknown): UploadsUnavailable =>
  new UploadsUnavailable(`the store cannot be read: ${(error as Error).name}: ${(error as Error).message}`)

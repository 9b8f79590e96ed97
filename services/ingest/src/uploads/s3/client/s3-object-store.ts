import type { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { digestName } from '@pushav/shared/paths.ts'
import { storeClientSettings } from '@pushav/shared/store/store-client-settings.ts'
import type { StoreTarget } from '@pushav/shared/store/store-url.ts'
import { createSemaphore } from '../../../lib/semaphore.ts'
import { type Extent, RecordChanged } from '../../ports.ts'
import {
  bodyOf,
  type ObjectBody,
  type ObjectFacts,
  type ObjectParts,
  type ObjectStore,
  orStoreUnavailable,
  partBytes,
  readObject,
  storeUnavailable,
} from '../object-store.ts'
import { partsOf } from './multipart.ts'
import { arriving, orNull, verified } from './store-responses.ts'

/** Up to `largeConcurrency` bodies larger than this are sent at a time, each with one part in memory. */
const smallBytes = 262_144
const largeConcurrency = 8
const maxKeysRemoved = 1_000
/** One attempt sends at most one part of a body. */
const clientLimits = { maxAttempts: 3, requestTimeoutMs: 20_000 }

/**
 * An object store that speaks S3. `abortSignal` aborts the requests in flight. The SDK finds the credentials: in the
 * environment, in its files, or as the machine's role.
 */
export function s3ObjectStore(target: StoreTarget, abortSignal: AbortSignal): ObjectStore & Disposable {
  const { bucket, prefix } = target
  const client = new S3Client(storeClientSettings(target, clientLimits))
  const options = { abortSignal }
  const inTurn = createSemaphore(largeConcurrency)
  const at = (key: string) => ({ Bucket: bucket, Key: `${prefix}${key}` })

  return {
    put,
    async create(key, bytes) {
      const Metadata = { sha256: bodyOf(bytes).sha256 }
      const command = new PutObjectCommand({ ...at(key), Body: bytes, Metadata, IfNoneMatch: '*' })
      return (await orNull(client.send(command, options), [412])) !== null
    },
    has: async (key) => (await orNull(client.send(new HeadObjectCommand(at(key)), options), [404])) !== null,
    get,
    describe,
    getRange,
    begin,
    abortBegun,
    list,
    remove,
    async removeAll(under) {
      let keys: string[] = []
      for await (const { key } of list(under)) {
        keys.push(key)
        if (keys.length === maxKeysRemoved) {
          await remove(keys)
          keys = []
        }
      }
      await remove(keys)
    },
    [Symbol.dispose]: () => client.destroy(),
  }

  async function describe(key: string): Promise<ObjectFacts | null> {
    const found = await orNull(client.send(new HeadObjectCommand(at(key)), options), [404])
    if (!found) return null
    const {
      ContentLength: size = 0,
      Metadata,
      LastModified: modifiedAt = new Date(0),
      ETag: etag = '',
    } = found
    const sha256 = (await digestIn(Metadata)) ?? ''
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new RecordChanged(`${key} in the store is not what was put`)
    return { size, sha256, modifiedAt, etag }
  }

  async function* getRange(key: string, facts: ObjectFacts, { from, to }: Extent): AsyncIterable<Buffer> {
    if (from >= to) return
    const Range = `bytes=${from}-${to - 1}`
    const command = new GetObjectCommand({ ...at(key), Range, IfMatch: facts.etag })
    const found = await orNull(client.send(command, options), [404, 412, 416])
    if (!found) throw new RecordChanged(`${key} in the store was changed or removed while it was read`)
    const isWhole = from === 0 && to === facts.size
    if (isWhole) yield* verified(key, found.Body as Readable, facts.sha256)
    else yield* arriving(found.Body as Readable)
  }

  async function put(key: string, { bytes, size, sha256 }: ObjectBody): Promise<void> {
    const Metadata = { sha256 }
    if (size > partBytes) return inTurn(() => putParts(key, partsOf(bytes, partBytes), Metadata))
    if (size > smallBytes) return inTurn(() => putWhole(key, bytes, Metadata))
    return putWhole(key, bytes, Metadata)
  }

  async function putWhole(
    key: string,
    bytes: ObjectBody['bytes'],
    Metadata: Record<string, string>,
  ): Promise<void> {
    const Body = Buffer.concat(await Array.fromAsync(bytes))
    await orStoreUnavailable(client.send(new PutObjectCommand({ ...at(key), Body, Metadata }), options))
  }

  async function get(key: string): ReturnType<ObjectStore['get']> {
    const found = await orNull(client.send(new GetObjectCommand(at(key)), options), [404])
    if (!found) return null
    const { Body, ContentLength: size = 0, Metadata } = found
    return { size, bytes: verified(key, Body as Readable, await digestIn(Metadata)) }
  }

  async function digestIn(metadata: Record<string, string> | undefined): Promise<string | undefined> {
    const key = metadata?.[digestName]
    return metadata?.sha256 ?? (key && String(await readObject({ get }, key)))
  }

  /** Aborts what a failure leaves, so that the store does not keep parts that are in no object. */
  async function putParts(
    key: string,
    parts: AsyncIterable<Buffer>,
    Metadata: Record<string, string>,
  ): Promise<void> {
    const begun = await beginParts(key, Metadata)
    try {
      for await (const part of parts) await begun.send(part)
      await begun.complete()
    } catch (error) {
      await begun.abort().catch(() => undefined)
      throw error
    }
  }

  async function begin(key: string, digestKey: string): Promise<ObjectParts> {
    const { send, complete, abort } = await beginParts(key, { [digestName]: digestKey })
    return {
      add: (part) => inTurn(async () => send(Buffer.concat(await Array.fromAsync(part)))),
      complete,
      abort,
    }
  }

  async function beginParts(key: string, Metadata: Record<string, string>) {
    const { UploadId } = await orStoreUnavailable(
      client.send(new CreateMultipartUploadCommand({ ...at(key), Metadata }), options),
    )
    const upload = { ...at(key), UploadId }
    const done: { readonly PartNumber: number; readonly ETag: string | undefined }[] = []
    return {
      async send(Body: Buffer): Promise<void> {
        const PartNumber = done.length + 1
        const sent = await orStoreUnavailable(
          client.send(new UploadPartCommand({ ...upload, PartNumber, Body }), options),
        )
        done.push({ PartNumber, ETag: sent.ETag })
      },
      async complete(): Promise<void> {
        const MultipartUpload = { Parts: done }
        await orStoreUnavailable(
          client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }), options),
        )
      },
      async abort(): Promise<void> {
        await orNull(client.send(new AbortMultipartUploadCommand(upload), options), [404])
      },
    }
  }

  /** Parts cost money until they are joined or aborted, and the store lists them nowhere else. */
  async function abortBegun(under: string, before: Date): Promise<number> {
    let aborted = 0
    let from: { readonly KeyMarker?: string; readonly UploadIdMarker?: string } | null = {}
    while (from) {
      const page: ListMultipartUploadsCommandOutput = await orStoreUnavailable(
        client.send(
          new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: `${prefix}${under}`, ...from }),
          options,
        ),
      )
      for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
        if (!Initiated || Initiated >= before) continue
        const command = new AbortMultipartUploadCommand({ Bucket: bucket, Key, UploadId })
        await orNull(client.send(command, options), [404])
        aborted++
      }
      const { IsTruncated, NextKeyMarker, NextUploadIdMarker } = page
      from =
        IsTruncated && NextKeyMarker
          ? { KeyMarker: NextKeyMarker, ...(NextUploadIdMarker && { UploadIdMarker: NextUploadIdMarker }) }
          : null
    }
    return aborted
  }

  async function* list(under: string, after?: string) {
    const start = after === undefined ? {} : { StartAfter: `${prefix}${after}` }
    let ContinuationToken: string | undefined
    do {
      const page = await orStoreUnavailable(
        client.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: `${prefix}${under}`,
            ...start,
            ...(ContinuationToken === undefined ? {} : { ContinuationToken }),
          }),
          options,
        ),
      )
      for (const { Key = '', Size: size = 0 } of page.Contents ?? [])
        yield { key: Key.slice(prefix.length), size }
      ContinuationToken = page.NextContinuationToken
    } while (ContinuationToken !== undefined)
  }

  async function remove(keys: readonly string[]): Promise<void> {
    for (let from = 0; from < keys.length; from += maxKeysRemoved) {
      const Objects = keys.slice(from, from + maxKeysRemoved).map((key) => ({ Key: at(key).Key }))
      const Delete = { Objects, Quiet: true }
      const removed = await orStoreUnavailable(
        client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete }), options),
      )
      const [failed] = removed.Errors ?? []
      if (failed) throw storeUnavailable(new Error(`${failed.Key}: ${failed.Code}`))
    }
  }
}

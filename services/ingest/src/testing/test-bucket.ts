import { randomUUID } from 'node:crypto'
import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  ListPartsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'

const endpoint = process.env.S3_TEST_ENDPOINT
const plainBucket = process.env.S3_TEST_BUCKET ?? 'push-av-test'

/**
 * Where a real S3 service is for the tests that need one; null where S3_TEST_ENDPOINT is not set, with which these tests
 * are skipped. Keys come from where the SDK looks for them (AWS_ACCESS_KEY_ID…).
 */
export const testEndpoint: string | null = endpoint ?? null

/** A prefix of its own in a bucket of the test's store, looked at and changed behind the server's back. */
export interface TestPrefix extends AsyncDisposable {
  /** The setting STORE. */
  readonly url: string
  keys(under?: string): Promise<readonly string[]>
  read(key: string): Promise<Buffer>
  write(key: string, bytes: string): Promise<void>
  /** How many parts there are of objects that were begun, and neither completed nor aborted. */
  begunParts(): Promise<number>
  remove(keys: readonly string[]): Promise<void>
  /** Whether the store writes over an object in spite of the condition that there is none. */
  writesOver(key: string): Promise<boolean>
}

/** Makes the bucket where it is missing; what is below the prefix goes at the end, in all its versions. */
export async function testPrefix({ isVersioned = false } = {}): Promise<TestPrefix> {
  if (!endpoint) throw new Error('S3_TEST_ENDPOINT is not set')
  const bucket = isVersioned ? `${plainBucket}-versioned` : plainBucket
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true })
  await client.send(new CreateBucketCommand({ Bucket: bucket })).catch((error) => {
    if (!/^BucketAlready/.test(error.name)) throw error
  })
  if (isVersioned) {
    const VersioningConfiguration = { Status: 'Enabled' } as const
    await client.send(new PutBucketVersioningCommand({ Bucket: bucket, VersioningConfiguration }))
  }
  const prefix = `${randomUUID()}/`
  const at = (key: string) => ({ Bucket: bucket, Key: `${prefix}${key}` })
  return {
    url: `s3://${bucket}/${prefix}?endpoint=${endpoint}&region=us-east-1`,
    keys,
    async read(key) {
      const found = await client.send(new GetObjectCommand(at(key)))
      return Buffer.from((await found.Body?.transformToByteArray()) ?? [])
    },
    async write(key, bytes) {
      await client.send(new PutObjectCommand({ ...at(key), Body: bytes }))
    },
    async begunParts() {
      const { Uploads = [] } = await client.send(
        new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix }),
      )
      const parts = Uploads.map(async ({ Key, UploadId }) => {
        const command = new ListPartsCommand({ Bucket: bucket, Key, UploadId })
        return (await client.send(command)).Parts?.length ?? 0
      })
      return (await Promise.all(parts)).reduce((sum, count) => sum + count, 0)
    },
    remove,
    async writesOver(key) {
      const create = () => client.send(new PutObjectCommand({ ...at(key), Body: 'x', IfNoneMatch: '*' }))
      await create()
      return create().then(
        () => true,
        () => false,
      )
    },
    async [Symbol.asyncDispose]() {
      await remove(await keys())
      if (isVersioned) await removeVersions()
      client.destroy()
    },
  }

  async function keys(under = ''): Promise<readonly string[]> {
    const found: string[] = []
    for (let token: string | undefined, isFirst = true; isFirst || token; isFirst = false) {
      const page = await client.send(
        new ListObjectsV2Command({
          Bucket: bucket,
          Prefix: `${prefix}${under}`,
          ...(token === undefined ? {} : { ContinuationToken: token }),
        }),
      )
      for (const { Key = '' } of page.Contents ?? []) found.push(Key.slice(prefix.length))
      token = page.NextContinuationToken
    }
    return found
  }

  async function removeVersions(): Promise<void> {
    const found = await client.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: prefix }))
    const Objects = [...(found.Versions ?? []), ...(found.DeleteMarkers ?? [])].map(({ Key, VersionId }) => ({
      Key,
      VersionId,
    }))
    if (Objects.length === 0) return
    await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }))
    if (found.IsTruncated) await removeVersions()
  }

  async function remove(some: readonly string[]): Promise<void> {
    for (let from = 0; from < some.length; from += 1_000) {
      const Objects = some.slice(from, from + 1_000).map((key) => ({ Key: at(key).Key }))
      await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }))
    }
  }
}

import { deepEqual, equal, rejects } from 'node:assert/strict'
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateBucketCommand, DeleteObjectsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { optionalStoreUrl, type StoreTarget } from '@pushav/shared/store/store-url.ts'
import { packOf } from '@pushav/shared/uploads/pack-key.ts'
import { downloadInto } from '../disk/sandbox-dir.ts'
import { rangedUploads } from '../ranged/ranged-uploads.ts'
import { retryWith } from '../ranged/retry.ts'
import { createStoreReader } from './store-reader.ts'

const endpoint = process.env.S3_TEST_ENDPOINT
const bucket = process.env.S3_TEST_BUCKET ?? 'push-av-test'

if (!endpoint) {
  describe('createStoreReader', () => {
    it('is tested where S3_TEST_ENDPOINT names a store')
  })
} else {
  describe('createStoreReader', function () {
    this.timeout(30_000)
    const prefix = randomUUID()
    const target = optionalStoreUrl.parse(
      `s3://${bucket}/${prefix}?endpoint=${endpoint}&region=us-east-1`,
    ) as StoreTarget
    const closing = new AbortController()
    const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true })
    const keys: string[] = []
    let nowMs = 0
    let failures = 0
    const reader = createStoreReader(target, { shipWithinMs: 1_000, nowMs: () => nowMs }, closing.signal)
    const retry = retryWith(() => (failures += 1), closing.signal, { sleepMs: 10, maxRetries: 3 })
    const uploads = rangedUploads(reader, retry, downloadInto)

    before(() =>
      client.send(new CreateBucketCommand({ Bucket: bucket })).catch((error) => {
        if (!/^BucketAlready/.test(error.name)) throw error
      }),
    )
    after(async () => {
      closing.abort()
      const Objects = keys.map((Key) => ({ Key }))
      await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }))
      client.destroy()
    })

    async function put(upload: string, bytes: Buffer, sha256: string | null = digestOf(bytes)) {
      await putAt(`uploads/1/${upload}`, bytes, sha256 === null ? {} : { sha256 })
    }

    async function putAt(key: string, bytes: Buffer, Metadata: Record<string, string>) {
      const Key = `${prefix}/${key}`
      keys.push(Key)
      await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: bytes, Metadata }))
    }

    it('reads whole uploads and the beginnings of them', async () => {
      const body = randomBytes(3_000_000)
      await put('a', body)
      await put('empty', Buffer.alloc(0))
      using sandbox = await uploads.sandboxDir('1', 'a', null)
      equal(digestOf(await readFile(join(sandbox.directory, 'object'))), digestOf(body))
      deepEqual(await uploads.bytes('1', 'a', 4_000_000), body)
      using range = await reader('1', 'a', 1_000, 1_010)
      deepEqual(Buffer.concat(await Array.fromAsync(range.bytes)), body.subarray(1_000, 1_010))
      equal((await uploads.bytes('1', 'empty', 10)).length, 0)
    })

    it('reads an upload that shares an object with others, and one whose digest is beside it', async () => {
      const [one, two] = ['018f0000-0000-7000-8000-000000000001', '018f0000-0000-7000-8000-000000000002']
      const { key } = packOf('1', [
        { upload: one, bytes: 3 },
        { upload: two, bytes: 5 },
      ])
      await putAt(key, Buffer.from('onetwo-2'), { sha256: digestOf('onetwo-2') })
      deepEqual(await uploads.bytes('1', two, 100), Buffer.from('two-2'))
      using range = await reader('1', two, 1, 3)
      deepEqual([range.size, range.sha256], [5, digestOf('two-2')])
      equal(String(Buffer.concat(await Array.fromAsync(range.bytes))), 'wo')
      await putAt(key, Buffer.from('onetwo-3'), { sha256: digestOf('onetwo-2') })
      await rejects(uploads.bytes('1', one, 100), { name: 'UploadChanged' })
      await putAt('uploads/1/streamed', Buffer.from('streamed'), { 'sha256-key': 'digests/1/streamed' })
      await putAt('digests/1/streamed', Buffer.from(digestOf('streamed')), {})
      using sandbox = await uploads.sandboxDir('1', 'streamed', null)
      equal(String(await readFile(join(sandbox.directory, 'object'))), 'streamed')
    })

    it('tells what was changed behind the back of the server', async () => {
      await put('other', Buffer.from('other bytes'), digestOf('what was uploaded'))
      await put('foreign', Buffer.from('of another tool'), null)
      for (const upload of ['other', 'foreign']) {
        await rejects(uploads.sandboxDir('1', upload, null), { name: 'UploadChanged' })
        await rejects(uploads.inputKind('1', upload), { name: 'UploadChanged' })
      }
    })

    it('waits for an upload that is on its way there, and says after that that it is gone', async () => {
      const pending = uploads.bytes('1', 'late', 10)
      await put('late', Buffer.from('late'))
      equal(String(await pending), 'late')
      await rejects(uploads.bytes('1', 'never', 10), { name: 'UploadsUnavailable' })
      nowMs += 4_001
      await rejects(uploads.bytes('1', 'never', 10), { name: 'UploadGone' })
    })

    it('is unavailable while the store is', async () => {
      const away = { ...target, endpoint: 'http://127.0.0.1:9' }
      const other = createStoreReader(away, { shipWithinMs: 0, nowMs: () => nowMs }, closing.signal)
      await rejects(other('1', 'a', 0), { name: 'UploadsUnavailable' })
      const without = createStoreReader(
        { ...target, bucket: 'no-such-bucket-here' },
        { shipWithinMs: 0, nowMs: () => nowMs },
        closing.signal,
      )
      await rejects(without('1', 'a', 0), { name: 'UploadsUnavailable' })
    })
  })
}

const digestOf = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex')

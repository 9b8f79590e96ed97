import { deepEqual, equal, rejects } from 'node:assert/strict'
import { CreateMultipartUploadCommand, S3Client } from '@aws-sdk/client-s3'
import { optionalStoreUrl, type StoreTarget } from '@pushav/shared/store/store-url.ts'
import { type TestPrefix, testEndpoint, testPrefix } from '../../../testing/test-bucket.ts'
import { bodyOf, readObject } from '../object-store.ts'
import { s3ObjectStore } from './s3-object-store.ts'

if (testEndpoint === null) {
  describe('s3ObjectStore', () => {
    it('is tested where S3_TEST_ENDPOINT names a store')
  })
} else {
  describe('s3ObjectStore', function () {
    this.timeout(30_000)
    let prefix: TestPrefix
    let target: StoreTarget
    const { signal } = new AbortController()
    beforeEach(async () => {
      prefix = await testPrefix()
      target = optionalStoreUrl.parse(prefix.url) as StoreTarget
    })
    afterEach(() => prefix[Symbol.asyncDispose]())

    it('writes, reads, lists and removes', async () => {
      using store = s3ObjectStore(target, signal)
      for (const name of ['a/1', 'a/2', 'a/3', 'b']) await store.put(name, bodyOf(Buffer.from(name)))
      equal(String(await readObject(store, 'a/2')), 'a/2')
      equal(await store.get('none'), null)
      deepEqual([await store.has('b'), await store.has('none')], [true, false])
      const listed = await Array.fromAsync(store.list('a/', 'a/1'))
      deepEqual(
        listed.map(({ key, size }) => [key, size]),
        [
          ['a/2', 3],
          ['a/3', 3],
        ],
      )
      await store.remove(['a/1', 'none'])
      await store.removeAll('a/')
      deepEqual(await prefix.keys(), ['b'])
    })

    it('creates an object once', async () => {
      using store = s3ObjectStore(target, signal)
      const made = await Promise.all(['x', 'y', 'z'].map((text) => store.create('one', Buffer.from(text))))
      equal(made.filter(Boolean).length, 1)
    })

    it('says what is wrong with keys, bucket and endpoint', async () => {
      const nameOf = async (other: Partial<StoreTarget>) => {
        using store = s3ObjectStore({ ...target, ...other }, signal)
        return await store.has('x').then(
          () => 'nothing',
          (error) => error.name,
        )
      }
      equal(await nameOf({ endpoint: 'http://127.0.0.1:9' }), 'Unavailable')
      using store = s3ObjectStore({ ...target, bucket: 'no-such-bucket-here' }, signal)
      await rejects(store.create('x', Buffer.from('x')), (error: Error) => {
        equal((error.cause as Error).name, 'NoSuchBucket')
        return true
      })
    })

    it('aborts what a process that died had begun, and nothing younger', async () => {
      using store = s3ObjectStore(target, signal)
      const client = new S3Client({ endpoint: testEndpoint ?? '', region: 'us-east-1', forcePathStyle: true })
      await client.send(
        new CreateMultipartUploadCommand({ Bucket: target.bucket, Key: `${target.prefix}uploads/1/x` }),
      )
      client.destroy()
      equal(await store.abortBegun('', new Date(Date.now() - 3_600_000)), 0)
      equal(await store.abortBegun('', new Date(Date.now() + 3_600_000)), 1)
      equal(await store.abortBegun('', new Date(Date.now() + 3_600_000)), 0)
    })
  })
}

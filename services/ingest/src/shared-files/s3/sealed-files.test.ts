import { deepEqual, equal, rejects } from 'node:assert/strict'
import { bodyOf } from '../../uploads/s3/object-store.ts'
import { memoryStore } from '../../uploads/s3/testing/memory-store.ts'
import { agreeOnProxySecret } from '../adapters/proxy-secret.ts'
import { sharedRoots } from '../adapters/shared-roots.ts'
import { agreeOnKey, sealedFiles } from './sealed-files.ts'

const passphrase = 'correct horse battery'

describe('sealedFiles', () => {
  it('have one key for all machines that start at once, and none with another passphrase', async () => {
    const store = memoryStore()
    const keys = await Promise.all([1, 2, 3].map(() => agreeOnKey(store, passphrase, 1_024)))
    equal(new Set(keys.map((key) => key.toString('hex'))).size, 1)
    await rejects(agreeOnKey(store, 'another passphrase'), /sealed with another passphrase/)
  })

  it('are in the store as nothing that can be read, and tell what was changed there', async () => {
    const store = memoryStore()
    const files = sealedFiles(store, Buffer.alloc(32, 7))
    equal(await files.read('certs/a'), null)
    equal(await files.create('certs/a', 'the secret'), true)
    equal(await files.create('certs/a', 'another'), false)
    await files.replace('certs/b', 'the secret')
    deepEqual([await files.read('certs/a'), await files.read('certs/b')], ['the secret', 'the secret'])
    deepEqual(await files.list('certs/'), ['a', 'b'])
    equal(
      [...store.objects.values()].some((bytes) => bytes.includes('secret')),
      false,
    )
    await store.put('certs/a', bodyOf(store.objects.get('certs/b') ?? Buffer.alloc(0)))
    await rejects(files.read('certs/a'), { name: 'RecordChanged' })
    await files.remove(['certs/a', 'certs/none'])
    deepEqual(await files.list('certs/'), ['b'])
  })

  it('give one proxy secret and one CA to all, those of the fastest machine', async () => {
    const files = sealedFiles(memoryStore(), Buffer.alloc(32, 7))
    const secrets = await Promise.all([1, 2, 3, 4].map(() => agreeOnProxySecret(files)))
    equal(new Set(secrets).size, 1)
    const pairs = await Promise.all(
      ['a', 'b', 'c'].map((key) =>
        sharedRoots(files).agree('device', async () => ({ key, certificate: `of ${key}` })),
      ),
    )
    equal(new Set(pairs.map(({ key }) => key)).size, 1)
    const [{ key } = { key: '' }] = pairs
    await rejects(
      sharedRoots(files).reconcile('device', { key: `${key} of another CA`, certificate: '' }),
      /is another CA than that of the other machines/,
    )
  })
})

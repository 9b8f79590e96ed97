import { deepEqual, equal, notEqual, rejects } from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { ingestSuite } from '../../testing/ingest.ts'
import { type TestPrefix, testEndpoint, testPrefix } from '../../testing/test-bucket.ts'

const passphrase = 'correct horse battery'

if (testEndpoint === null) {
  describe('machines with a bucket and a Redis in common', () => {
    it('are tested where S3_TEST_ENDPOINT names a store')
  })
} else {
  describe('machines with a bucket and a Redis in common', function () {
    this.timeout(120_000)
    const suite = ingestSuite()
    let prefix: TestPrefix
    let folders: AsyncDisposableStack
    beforeEach(async () => {
      prefix = await testPrefix()
      folders = new AsyncDisposableStack()
    })
    afterEach(async () => {
      await folders.disposeAsync()
      await prefix[Symbol.asyncDispose]()
    })
    async function startMachine(INSTANCE: string, more: NodeJS.ProcessEnv = {}) {
      const { path } = folders.use(await temporaryDirectory())
      const settings = {
        STORE: prefix.url,
        DURABILITY: 'store',
        STORE_PASSPHRASE: passphrase,
        INSTANCE,
        ...more,
      }
      const ingest = await suite.startBare(path, settings)
      const handedOver = async () => JSON.parse(await readFile(join(path, `${INSTANCE}.json`), 'utf8'))
      return { ...ingest, path, handedOver }
    }

    it('started at once on empty folders have one CA and one proxy secret, and nothing readable in the store', async () => {
      const machines = await Promise.all(['one', 'two', 'three'].map((name) => startMachine(name)))
      await using ended = new AsyncDisposableStack()
      for (const machine of machines) ended.use(machine)
      const facts = await Promise.all(machines.map(({ handedOver }) => handedOver()))
      equal(new Set(facts.map(({ secret }) => secret)).size, 1)
      equal(new Set(facts.map(({ deviceRoots }) => deviceRoots)).size, 1)
      for (const hierarchy of ['server', 'device']) {
        const keys = machines.map(({ path }) => readFile(join(path, 'certs', hierarchy, 'root.key'), 'utf8'))
        equal(new Set(await Promise.all(keys)).size, 1)
      }
      for (const key of (await prefix.keys()).filter((name) => name.startsWith('certs/')))
        equal(/PRIVATE|CERTIFICATE/.test(String(await prefix.read(key))), false, key)
    })

    it('know the certificates that others issued and revoked, also after all folders are lost', async () => {
      const roots: string[] = []
      let serial = ''
      {
        await using one = await startMachine('one')
        await using two = await startMachine('two')
        equal((await one.send('POST', '/certs/cam/keypair')).status, 200)
        const namesIn = async ({ get }: typeof one) => (await get('/certs')).json.device as string[]
        await until('the other one lists it', async () => (await namesIn(two)).includes('cam.pem'))
        const revoked = await two.send('POST', '/certs/cam/revoke')
        equal(revoked.status, 200, revoked.text)
        serial = String(revoked.json.revoked[0]).replace('0x', '')
        await until('the proxy of the first one is told', async () =>
          (await one.handedOver()).revokedSerials.includes(serial),
        )
        roots.push((await one.handedOver()).deviceRoots)
      }
      await using late = await startMachine('late')
      const { deviceRoots, revokedSerials } = await late.handedOver()
      deepEqual([deviceRoots, revokedSerials], [roots[0], [serial]])
    })

    it('are refused with another passphrase, and with a CA of their own', async () => {
      {
        await using _one = await startMachine('one')
      }
      await rejects(
        startMachine('two', { STORE_PASSPHRASE: 'another passphrase' }),
        /sealed with another passphrase/,
      )
      const { path } = folders.use(await temporaryDirectory())
      {
        await using _alone = await suite.startBare(path, { INSTANCE: 'alone' })
      }
      const settings = { STORE: prefix.url, STORE_PASSPHRASE: passphrase, INSTANCE: 'alone' }
      await rejects(suite.startBare(path, settings), /is another CA than that of the other machines/)
    })

    it('take what the first of them had before', async () => {
      const { path } = folders.use(await temporaryDirectory())
      {
        await using alone = await suite.startBare(path, { INSTANCE: 'alone' })
        await alone.send('POST', '/certs/cam/keypair')
        await alone.send('POST', '/certs/gone/keypair')
        await alone.send('POST', '/certs/gone/revoke')
      }
      const settings = { STORE: prefix.url, STORE_PASSPHRASE: passphrase, INSTANCE: 'alone' }
      await using _first = await suite.startBare(path, settings)
      await using two = await startMachine('two')
      notEqual((await two.get('/certs/device/cam.pem')).status, 404)
      equal((await two.handedOver()).revokedSerials.length, 1)
      equal((await readdir(join(two.path, 'certs/device'))).includes('root.key'), true)
    })
  })
}

import { deepEqual, equal, rejects } from 'node:assert/strict'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { ingestSuite } from '../../testing/ingest.ts'
import { skewClock } from '../../testing/skewed-clock.ts'
import { testEndpoint, testPrefix } from '../../testing/test-bucket.ts'

const hourMs = 3_600_000

if (testEndpoint === null) {
  describe('a bucket with versions, and clocks that differ', () => {
    it('are tested where S3_TEST_ENDPOINT names a store')
  })
} else {
  describe('a bucket with versions, and clocks that differ', function () {
    this.timeout(120_000)
    const suite = ingestSuite()
    const settings = (STORE: string, INSTANCE: string) => ({ STORE, INSTANCE, DURABILITY: 'store' })

    it('has what was written last, and gives nothing back that was deleted; or is refused in words', async () => {
      await using prefix = await testPrefix({ isVersioned: true })
      const sealed = { STORE_PASSPHRASE: 'correct horse battery' }
      // Ceph's gateway 16 takes no conditions in a bucket with versions.
      if (await prefix.writesOver('probe'))
        return rejects(suite.start(settings(prefix.url, 'one')), /ignores If-None-Match/)
      {
        await using one = await suite.start({ ...settings(prefix.url, 'one'), ...sealed })
        for (const stream of ['1', '2']) {
          equal((await one.send('POST', '/streams')).status, 201)
          equal((await one.put(`/streams/${stream}/a`, 'first')).status, 202)
        }
        equal((await one.put('/streams/1/a', 'second')).status, 202)
        equal((await one.send('DELETE', '/streams/2')).status, 200)
        await one.send('POST', '/certs/cam/keypair')
        equal((await one.send('POST', '/certs/cam/keypair?override=true')).status, 200)
      }
      await suite.flush()
      await using empty = await temporaryDirectory()
      await using two = await suite.startBare(empty.path, { ...settings(prefix.url, 'two'), ...sealed })
      deepEqual(
        (await two.get('/streams')).json.streams.map(({ id }: { id: string }) => String(id)),
        ['1'],
      )
      equal((await two.get('/streams/1/a')).text, 'second')
      equal((await two.get('/streams/2/a')).status, 404)
      equal((await two.send('POST', '/streams')).json.stream_id, 3)
      deepEqual((await two.get('/certs')).json.device, ['cam.key', 'cam.pem', 'root.key', 'root.pem'])
    })

    for (const [words, byMs] of [
      ['behind', -hourMs],
      ['ahead', hourMs],
    ] as const)
      it(`serves and stores with a clock that is an hour ${words}`, async () => {
        await using prefix = await testPrefix()
        await using other = await temporaryDirectory()
        await using third = await temporaryDirectory()
        const ids: string[] = []
        {
          await using one = await suite.start(settings(prefix.url, 'one'))
          await one.send('POST', '/streams')
          ids.push((await one.put('/streams/1/a', 'with the right clock')).json.upload_id)
        }
        {
          using _skewed = skewClock(byMs)
          await using two = await suite.startIn(other.path, settings(prefix.url, 'two'))
          equal((await two.get('/streams/1/a')).text, 'with the right clock')
          const sent = await two.put('/streams/1/b', 'with another clock')
          equal(sent.status, 202)
          ids.push(sent.json.upload_id)
        }
        await using late = await suite.startIn(third.path, settings(prefix.url, 'three'))
        equal((await late.get('/streams/1/b')).text, 'with another clock')
        await until('each is in the list once', async () => {
          const { uploads } = (await late.get('/streams/1/uploads')).json
          const listed = uploads.map(({ id }: { id: string }) => id).sort()
          return listed.join() === ids.toSorted().join()
        })
        await prefix.remove([`uploads/1/${ids[1]}`])
        await using empty = await temporaryDirectory()
        await using last = await suite.startIn(empty.path, settings(prefix.url, 'four'))
        equal((await last.get('/streams/1/b')).status, 404)
      })
  })
}

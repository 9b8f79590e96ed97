import { deepEqual, equal, notDeepEqual, ok, rejects } from 'node:assert/strict'
import { fork } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chunk, ftyp, moov, styp } from '@pushav/shared/testing/media/boxes.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { packIn } from '@pushav/shared/uploads/pack-key.ts'
import { type Ingest, ingestSuite } from '../../testing/ingest.ts'
import { type StoppableRelay, stoppableRelay } from '../../testing/stoppable-relay.ts'
import { type TestPrefix, testEndpoint, testPrefix } from '../../testing/test-bucket.ts'

const init = Buffer.concat([ftyp, moov()])
const segment = (sequence: number) =>
  Buffer.concat([styp('msdh', 'msix'), chunk({ sequence, at: (sequence - 1_001) * 1_000 })])
const digestOf = (bytes: string | Buffer) => createHash('sha256').update(bytes).digest('hex')

if (testEndpoint === null) {
  describe('storage in an object store', () => {
    it('is tested where S3_TEST_ENDPOINT names one')
  })
} else {
  describe('storage in an object store', function () {
    this.timeout(60_000)
    const suite = ingestSuite()
    let prefix: TestPrefix
    let other: Awaited<ReturnType<typeof temporaryDirectory>>
    beforeEach(async () => {
      prefix = await testPrefix()
      other = await temporaryDirectory()
    })
    afterEach(async () => {
      await prefix[Symbol.asyncDispose]()
      await other[Symbol.asyncDispose]()
    })
    const settings = (more: NodeJS.ProcessEnv = {}) => ({ STORE: prefix.url, SHIP_WITHIN: '50ms', ...more })
    const start = (more?: NodeJS.ProcessEnv) => suite.start(settings(more))
    const startOther = (more?: NodeJS.ProcessEnv) =>
      suite.startIn(other.path, settings({ INSTANCE: 'two', ...more }))

    it('has bodies and lines there when DURABILITY=store answers', async () => {
      await using ingest = await start({ DURABILITY: 'store' })
      equal((await ingest.send('POST', '/streams')).status, 201)
      const sent = await ingest.put('/streams/1/a.m4s', segment(1_001))
      equal(sent.status, 202)
      deepEqual(await prefix.read(`uploads/1/${sent.json.upload_id}`), segment(1_001))
      equal((await linesOf(prefix, '1')).at(-1).upload.id, sent.json.upload_id)
    })

    it('ships what was answered before, in order and once', async () => {
      await using ingest = await start()
      await ingest.send('POST', '/streams')
      const ids: string[] = []
      for (let number = 0; number < 20; number++)
        ids.push((await ingest.put(`/streams/1/${number}`, `body ${number}`)).json.upload_id)
      await until('all lines are there', async () => (await linesOf(prefix, '1')).length === 21)
      deepEqual(
        (await linesOf(prefix, '1')).slice(1).map(({ id }) => id),
        ids,
      )
      const inPacks = (await prefix.keys('packs/1/')).flatMap((key) => packIn('1', key)?.members ?? [])
      const alone = (await prefix.keys('uploads/1/')).map((key) => key.split('/')[2])
      deepEqual([...inPacks.map(({ upload }) => upload), ...alone].sort(), ids)
    })

    it('puts small bodies of one moment into one object, reads and removes each', async () => {
      const rules = { RETENTION_AGE: '1ms', RETENTION_INTERVAL: '50ms', SESSION_IDLE: '1ms' }
      const bodies = Array.from({ length: 10 }, (_, number) => `body ${number}`)
      await using one = await start({ SHIP_WITHIN: '1s' })
      await one.send('POST', '/streams')
      for (const [number, body] of bodies.entries()) await one.put(`/streams/1/${number}`, body)
      await until('all is there', async () => (await linesOf(prefix, '1')).length === 11)
      const packs = await prefix.keys('packs/1/')
      ok(packs.length + (await prefix.keys('uploads/1/')).length < bodies.length)
      const before = await responsesOf(one)
      await using two = await startOther()
      for (const [number, body] of bodies.entries()) equal((await two.get(`/streams/1/${number}`)).text, body)
      const range = await two.send('GET', '/streams/1/3', undefined, { range: 'bytes=2-5' })
      deepEqual([range.status, range.text], [206, 'dy 3'])
      await suite.flush()
      {
        await using empty = await temporaryDirectory()
        await using third = await suite.startIn(empty.path, settings({ INSTANCE: 'three' }))
        deepEqual(await responsesOf(third), before)
      }
      await using emptied = await temporaryDirectory()
      await using _fifth = await suite.startIn(emptied.path, settings({ INSTANCE: 'five', ...rules }))
      await until('the store is empty', async () => (await prefix.keys('packs/')).length === 0)
      deepEqual(await prefix.keys('uploads/'), [])
    })

    it('ships at the next start what a process has left', async () => {
      const id = await (async () => {
        await using ingest = await start({ SHIP_WITHIN: '1h' })
        await ingest.send('POST', '/streams')
        return (await ingest.put('/streams/1/a', 'a body')).json.upload_id
      })()
      await using _next = await start()
      await until('its line is there', async () =>
        (await linesOf(prefix, '1')).some((line) => line.id === id),
      )
    })

    it('serves on one machine what another one received', async () => {
      await using one = await start()
      await using two = await startOther()
      await one.send('POST', '/streams?interface=dash')
      await one.put('/streams/1/session_1/v/v.init', init)
      const sent = await one.put('/streams/1/session_1/v/segment_1001.m4s', segment(1_001))
      equal(sent.status, 202)
      const read = await two.get('/streams/1/session_1/v/segment_1001.m4s')
      deepEqual([read.status, digestOf(Buffer.from(read.text))], [200, digestOf(segment(1_001).toString())])
      const pushed = await two.put('/streams/1/session_1/v/segment_1002.m4s', segment(1_002))
      deepEqual(
        [pushed.status, pushed.json.findings.map(({ code }: { code: string }) => code)],
        [202, sent.json.findings.map(({ code }: { code: string }) => code)],
      )
      equal((await one.get('/streams/1/uploads')).json.uploads.length, 3)
      equal((await two.send('POST', '/streams')).json.stream_id, 2)
      equal((await one.put('/streams/2/x', 'x')).status, 202)
    })

    it('gives every answer again from the store alone', async () => {
      const before = await (async () => {
        await using one = await start({ DURABILITY: 'store' })
        await using two = await startOther({ DURABILITY: 'store' })
        await one.send('POST', '/streams?interface=dash&strict=true')
        await one.put('/streams/1/session_1/v/v.init', init)
        for (const number of [1_001, 1_002, 1_004])
          await (number === 1_002 ? two : one).put(
            `/streams/1/session_1/v/segment_${number}.m4s`,
            segment(number),
          )
        await one.send('DELETE', '/streams/1/session_1/v/segment_1002.m4s')
        await two.send('POST', '/streams')
        await two.put('/streams/2/other', 'no media')
        return await responsesOf(one)
      })()
      await suite.flush()
      await using empty = await temporaryDirectory()
      await using third = await suite.startIn(empty.path, settings({ INSTANCE: 'three' }))
      deepEqual(await responsesOf(third), before)
      equal((await third.get('/streams/1/session_1/v/segment_1001.m4s')).status, 200)
      equal((await third.get('/streams/1/session_1/v/segment_1002.m4s')).status, 404)
    })

    it('takes in what a folder has from before, where it is empty', async () => {
      {
        await using one = await suite.start()
        await one.send('POST', '/streams')
        await one.put('/streams/1/x', 'before')
        await one.send('POST', '/streams')
        await one.send('DELETE', '/streams/2')
      }
      {
        await using one = await start({ DURABILITY: 'store' })
        equal((await one.get('/streams')).json.streams.length, 1)
        equal((await one.send('POST', '/streams')).json.stream_id, 3)
        equal((await one.put('/streams/1/y', 'after')).status, 202)
        await using two = await startOther()
        equal((await two.get('/streams/1/x')).text, 'before')
        equal((await two.get('/streams/1/uploads')).json.uploads.length, 2)
      }
      await using third = await temporaryDirectory()
      {
        await using alone = await suite.startIn(third.path, { INSTANCE: 'three' })
        await alone.send('POST', '/streams')
      }
      const late = () => suite.startIn(third.path, settings({ INSTANCE: 'three' }))
      await rejects(late(), /has streams of its own/)
      await rejects(late(), /has streams of its own/)
    })

    it('is rebuilt by the command, on an empty disk', async () => {
      await using one = await start({ DURABILITY: 'store' })
      await one.send('POST', '/streams?interface=dash')
      await one.put('/streams/1/session_1/v/v.init', init)
      for (const number of [1_001, 1_003])
        await one.put(`/streams/1/session_1/v/segment_${number}.m4s`, segment(number))
      const before = await responsesOf(one)
      await suite.damageIndex()
      notDeepEqual(await responsesOf(one), before)
      const env = { ...process.env, ...settings(), REDIS_URL: suite.redis().path }
      const reindex = fork(join(import.meta.dirname, '../../reindex.ts'), {
        env: {
          ...env,
          WORKING_DIRECTORY: other.path,
          HANDOVER_FILE: join(other.path, 'h'),
          LOG_LEVEL: 'warn',
        },
      })
      deepEqual(await once(reindex, 'exit'), [0, null])
      deepEqual(await responsesOf(one), before)
    })

    it('deletes a stream in the store and on all machines, and never gives its id again', async () => {
      await using one = await start({ DURABILITY: 'store' })
      await using two = await startOther({ DURABILITY: 'store' })
      await one.send('POST', '/streams')
      await two.put('/streams/1/x', 'x')
      equal((await one.send('DELETE', '/streams/1')).status, 200)
      await until('the other one knows', async () => (await two.put('/streams/1/x', 'x')).status === 404)
      deepEqual([await prefix.keys('uploads/'), await prefix.keys('journals/')], [[], []])
      equal((await two.send('POST', '/streams')).json.stream_id, 2)
    })

    it('loses nothing that the store has when a folder is lost, and begins another journal', async () => {
      {
        await using one = await start({ DURABILITY: 'store' })
        await one.send('POST', '/streams')
        await one.put('/streams/1/x', 'before')
      }
      for (const folder of ['uploads', 'journals', 'store', 'staging'])
        await rm(join(suite.path(), folder), { recursive: true })
      await using one = await start({ DURABILITY: 'store' })
      equal((await one.get('/streams/1/x')).text, 'before')
      equal((await one.put('/streams/1/y', 'after')).status, 202)
      const { uploads } = (await one.get('/streams/1/uploads')).json
      equal(uploads.length, 2)
      const journals = new Set((await prefix.keys('journals/1/')).map((key) => key.split('/')[2]))
      equal(journals.size, 2)
    })

    for (const [what, folders] of [
      ['journals and bodies', ['journals', 'uploads']],
      ['journals alone', ['journals']],
      ['bodies alone', ['uploads']],
    ] as const)
      for (const isFlushed of [true, false])
        it(`loses nothing when ${what} are deleted by hand, and the index is ${isFlushed ? 'empty' : 'whole'}`, async () => {
          const before = await (async () => {
            await using one = await start({ DURABILITY: 'store' })
            await one.send('POST', '/streams')
            for (const path of ['x', 'y']) await one.put(`/streams/1/${path}`, `before ${path}`)
            return await responsesOf(one)
          })()
          for (const folder of folders) await rm(join(suite.path(), folder), { recursive: true })
          if (isFlushed) await suite.flush()
          await using one = await start({ DURABILITY: 'store' })
          deepEqual(await responsesOf(one), before)
          const sent = await one.put('/streams/1/z', 'after')
          equal(sent.status, 202)
          equal((await one.get('/streams/1/x')).text, 'before x')
          const inStore = (await linesOf(prefix, '1')).map(({ id }) => id)
          deepEqual([inStore.length, inStore.includes(sent.json.upload_id)], [4, true])
          equal((await one.get('/streams/1/uploads')).json.uploads.length, 3)
        })

    it('loses nothing that the store has when a loss of power takes the last lines', async () => {
      const ids = await (async () => {
        await using one = await start({ DURABILITY: 'store' })
        await one.send('POST', '/streams')
        const sent: string[] = []
        for (const path of ['x', 'y']) sent.push((await one.put(`/streams/1/${path}`, path)).json.upload_id)
        return sent
      })()
      const folder = join(suite.path(), 'journals')
      const [journal = ''] = await readdir(join(folder, '1'))
      const file = join(folder, '1', journal)
      await truncate(file, (await stat(file)).size - 10)
      for (const name of (await readdir(folder)).filter((one) => one.endsWith('.store')))
        await writeFile(join(folder, name), 'before the machine started again')
      await using one = await start({ DURABILITY: 'store' })
      const idsOf = async () =>
        (await one.get('/streams/1/uploads')).json.uploads.map(({ id }: { id: string }) => id)
      deepEqual(await idsOf(), ids)
      const sent = await one.put('/streams/1/z', 'after')
      equal(sent.status, 202)
      const all = [...ids, sent.json.upload_id]
      deepEqual(await idsOf(), all)
      await suite.damageIndex()
      await suite.flush()
      await using empty = await temporaryDirectory()
      await using third = await suite.startIn(empty.path, settings({ INSTANCE: 'three' }))
      deepEqual(
        (await third.get('/streams/1/uploads')).json.uploads.map(({ id }: { id: string }) => id),
        all,
      )
    })

    it('frees all disks of what retention removes, and rebuilds the same verdicts without it', async () => {
      const rules = { RETENTION_AGE: '1ms', RETENTION_INTERVAL: '50ms', SESSION_IDLE: '1ms' }
      const before = await (async () => {
        await using one = await start({ DURABILITY: 'store' })
        await one.send('POST', '/streams?interface=dash')
        await one.put('/streams/1/session_1/v/v.init', init)
        for (const number of [1_001, 1_003])
          await one.put(`/streams/1/session_1/v/segment_${number}.m4s`, segment(number))
        await using _two = await startOther({ DURABILITY: 'store', ...rules })
        await until('the store is empty', async () => (await prefix.keys('uploads/')).length === 0)
        await until(
          'the other disk is, too',
          async () => (await readdir(join(suite.path(), 'uploads/1'))).length === 0,
          45_000,
        )
        await until(
          'it is recorded',
          async () => (await one.get('/streams/1?summary=true')).json.uploads === 0,
        )
        return await responsesOf(one)
      })()
      await suite.flush()
      await using empty = await temporaryDirectory()
      await using third = await suite.startIn(empty.path, settings({ INSTANCE: 'three' }))
      deepEqual(await responsesOf(third), before)
    })

    it('never serves other bytes than were sent', async () => {
      await using one = await start({ DURABILITY: 'store' })
      await using two = await startOther()
      await one.send('POST', '/streams')
      const [changed, gone] = [await one.put('/streams/1/a', 'a'), await one.put('/streams/1/b', 'b')]
      await prefix.write(`uploads/1/${changed.json.upload_id}`, 'another')
      await prefix.remove([`uploads/1/${gone.json.upload_id}`])
      equal((await two.get('/streams/1/a')).status, 500)
      equal((await two.get('/streams/1/b')).status, 404)
    })

    it('goes on judging and removing where a body was changed behind its back', async () => {
      const ids = await (async () => {
        await using one = await start({ DURABILITY: 'store' })
        await one.send('POST', '/streams')
        const sent = [await one.put('/streams/1/a', 'a'), await one.put('/streams/1/b', 'b')]
        return sent.map(({ json }) => json.upload_id)
      })()
      await prefix.write(`uploads/1/${ids[0]}`, 'another')
      await suite.flush()
      {
        await using two = await startOther()
        const { uploads } = await until('both are judged', async () => {
          const { json } = await two.get('/streams/1/uploads')
          return json.uploads?.length === 2 && json
        })
        deepEqual(
          uploads.map(({ id }: { id: string }) => id),
          ids,
        )
        equal((await two.get('/streams/1/a')).status, 500)
      }
      const rules = { RETENTION_AGE: '1ms', RETENTION_INTERVAL: '50ms', SESSION_IDLE: '1ms' }
      await using empty = await temporaryDirectory()
      await using _three = await suite.startIn(empty.path, settings({ INSTANCE: 'three', ...rules }))
      await until('the store is empty', async () => (await prefix.keys('uploads/')).length === 0)
    })

    it('never serves other bytes of a pack than were sent', async () => {
      await using one = await start({ SHIP_WITHIN: '1s' })
      await one.send('POST', '/streams')
      for (const name of ['a', 'b', 'c']) await one.put(`/streams/1/${name}`, name)
      const key = await until('it is there', async () => (await prefix.keys('packs/1/'))[0])
      const changed = packIn('1', key)?.members[0]
      await prefix.write(key, 'x'.repeat((await prefix.read(key)).length))
      await using two = await startOther()
      equal((await two.get(`/uploads/1/${changed?.upload}`)).status, 500)
    })

    it('refuses at the start what waiting does not heal', async () => {
      const other = prefix.url.replace(/s3:\/\/[^/]+/, 's3://no-such-bucket-here')
      await rejects(start({ STORE: other }), /STORE: there is no such bucket/)
      {
        await using _one = await start()
      }
      await rejects(start({ STORE: prefix.url.replace(/\?/, '/below?') }), /was filled for s3:/)
      await prefix.write('store.json', '"not ours"')
      await rejects(start(), /is not this server's/)
    })

    describe('that is away', () => {
      let relay: StoppableRelay
      beforeEach(async () => {
        relay = await stoppableRelay(testEndpoint ?? '')
      })
      afterEach(() => relay[Symbol.asyncDispose]())
      const away = (more?: NodeJS.ProcessEnv) =>
        settings({ STORE: prefix.url.replace(/endpoint=[^&]+/, `endpoint=${relay.url}`), ...more })
      const readyz = async (ingest: Ingest) => (await ingest.get('/readyz')).json

      it('takes uploads with local durability, says so, and has them in order when it is back', async () => {
        await using ingest = await suite.start(away())
        await ingest.send('POST', '/streams')
        await relay.stop()
        const ids: string[] = []
        for (let number = 0; number < 5; number++) {
          const { status, json } = await ingest.put(`/streams/1/${number}`, `body ${number}`)
          equal(status, 202)
          ids.push(json.upload_id)
        }
        await until('it is noticed', async () => (await readyz(ingest)).store.state === 'away')
        await until('it is behind', async () => (await readyz(ingest)).warnings.length > 0)
        equal((await ingest.get('/readyz')).status, 200)
        equal((await ingest.get('/streams/1/3')).text, 'body 3')
        equal((await ingest.send('POST', '/streams')).status, 503)
        await relay.start()
        await until('all is there', async () => (await linesOf(prefix, '1')).length === 6)
        deepEqual(
          (await linesOf(prefix, '1')).slice(1).map(({ id }) => id),
          ids,
        )
        await until('all is well', async () => (await readyz(ingest)).store.streams_behind === 0)
      })

      it('gets 503 and keeps nothing where responses wait for it', async () => {
        await using ingest = await suite.start(away({ DURABILITY: 'store', STORE_WAIT: '500ms' }))
        await ingest.send('POST', '/streams')
        await relay.stop()
        const refused = await ingest.put('/streams/1/a', 'a body')
        deepEqual(
          [refused.status, refused.json.code, refused.headers['retry-after']],
          [503, 'unavailable', '1'],
        )
        deepEqual(await readdir(join(suite.path(), 'uploads/1')), [])
        equal((await ingest.get('/readyz')).status, 503)
        await relay.start()
        await until('it is taken', async () => (await ingest.put('/streams/1/a', 'a body')).status === 202)
        const { uploads } = (await ingest.get('/streams/1/uploads')).json
        deepEqual([uploads.length, (await prefix.keys('uploads/1/')).length], [1, 1])
      })

      it('is waited for at the start', async () => {
        await relay.stop()
        const starting = suite.start(away())
        await relay.start()
        await using ingest = await starting
        equal((await ingest.send('POST', '/streams')).status, 201)
      })
    })

    it('sends a large body to the store while it arrives, and keeps of a cut-off one what came', async () => {
      await using one = await start({ DURABILITY: 'store' })
      await using two = await startOther({ DURABILITY: 'store' })
      await one.send('POST', '/streams')
      const body = Buffer.alloc(20_000_000, 'some bytes')
      const whole = one.begin('PUT', '/streams/1/whole', { 'content-length': body.length })
      whole.write(body.subarray(0, 19_000_000))
      await until('two parts are there', async () => (await prefix.begunParts()) === 2)
      whole.end(body.subarray(19_000_000))
      const [response] = await once(whole, 'response')
      equal(response.statusCode, 202)
      response.resume()
      const lost = one.begin('PUT', '/streams/1/lost', { 'content-length': body.length })
      lost.on('error', () => undefined).write(body.subarray(0, 9_000_000))
      await until('a part is there', async () => (await prefix.begunParts()) === 1)
      lost.destroy()
      const uploads = async () => (await one.get('/streams/1/uploads')).json.uploads
      const cutOff = await until('it is recorded', async () =>
        (await uploads()).find(({ whole }: { whole: boolean }) => !whole),
      )
      equal(cutOff.bytes, 9_000_000)
      ok((await prefix.read(`uploads/1/${cutOff.id}`)).equals(body.subarray(0, 9_000_000)))
      equal((await two.get('/streams/1/whole')).text, body.toString())
      equal(await prefix.begunParts(), 0)
      equal((await prefix.keys('digests/1/')).length, 2)
      const [{ id }] = (await uploads()).filter(({ whole }: { whole: boolean }) => whole)
      await prefix.write(`digests/1/${id}`, 'another digest')
      await using third = await temporaryDirectory()
      await using three = await suite.startIn(third.path, settings({ INSTANCE: 'three' }))
      equal((await three.get('/streams/1/whole')).status, 500)
      await one.send('DELETE', '/streams/1')
      await until('all is gone', async () => (await prefix.keys('digests/')).length === 0)
    })

    it('stores large bodies in parts', async () => {
      await using one = await start({ DURABILITY: 'store' })
      await using two = await startOther()
      await one.send('POST', '/streams')
      const body = Buffer.alloc(20_000_000, 'some bytes')
      const sent = await one.put('/streams/1/large', body)
      equal(sent.json.sha256, digestOf(body))
      ok((await prefix.read(`uploads/1/${sent.json.upload_id}`)).equals(body))
      equal((await two.get('/streams/1/large')).text, body.toString())
    })

    it('reads ranges of large bodies where they are, without a copy, and never of another body', async () => {
      await using one = await start({ DURABILITY: 'store' })
      await using two = await startOther()
      await one.send('POST', '/streams')
      const body = randomBytes(12_000_000)
      const [large, small] = [
        await one.put('/streams/1/large', body),
        await one.put('/streams/1/small', 'few'),
      ]
      const rangeOf = (path: string, range: string) => two.send('GET', path, undefined, { range })
      for (const path of ['/streams/1/large', `/uploads/1/${large.json.upload_id}`]) {
        const part = await rangeOf(path, 'bytes=9000000-9000999')
        deepEqual([part.status, part.headers['content-range']], [206, 'bytes 9000000-9000999/12000000'])
        equal(digestOf(part.bytes), digestOf(body.subarray(9_000_000, 9_001_000)))
      }
      const whole = await two.get('/streams/1/large')
      deepEqual([whole.status, digestOf(whole.bytes)], [200, digestOf(body)])
      equal((await two.get(`/uploads/1/${large.json.upload_id}/boxes`)).json.bytes, body.length)
      const here = () => readdir(join(other.path, 'uploads/1')).catch(() => [])
      deepEqual(await here(), [])
      equal((await rangeOf('/streams/1/small', 'bytes=1-')).text, 'ew')
      deepEqual(await here(), [small.json.upload_id])
      await prefix.write(`uploads/1/${large.json.upload_id}`, body.toString('hex').slice(0, 12_000_000))
      equal((await rangeOf('/streams/1/large', 'bytes=9000000-9000999')).status, 500)
      equal((await two.get('/streams/1/large')).status, 500)
      await prefix.remove([`uploads/1/${large.json.upload_id}`])
      equal((await rangeOf('/streams/1/large', 'bytes=9000000-9000999')).status, 404)
    })
  })
}

// biome-ignore lint/suspicious/noExplicitAny: lines are looked into freely here
async function linesOf(prefix: TestPrefix, stream: string): Promise<any[]> {
  const keys = await prefix.keys(`journals/${stream}/`)
  const texts = await Promise.all(keys.map(async (key) => String(await prefix.read(key))))
  return texts.flatMap((text) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  )
}

/** Everything that the API says of the streams and what came to them. */
async function responsesOf(ingest: Ingest): Promise<unknown> {
  const { streams } = (await ingest.get('/streams')).json
  const rest: unknown[] = [(await ingest.get('/streams?summary=true')).json]
  for (const { id } of streams)
    for (const path of ['uploads', 'report']) rest.push((await ingest.get(`/streams/${id}/${path}`)).json)
  return { streams, rest }
}

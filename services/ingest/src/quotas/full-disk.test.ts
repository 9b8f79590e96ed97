import { deepEqual, equal, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { freeBytesIn } from '../retention/disk/free-bytes.ts'
import { type Ingest, ingestSuite } from '../testing/ingest.ts'
import { skipUnlessRoot, smallDisk } from '../testing/virtual-disk.ts'
import { createIoWorker } from '../uploads/disk/io-worker/io-worker.ts'

const mebibyte = 1_048_576

describe('a disk that fills up', () => {
  const suite = ingestSuite()
  before(function () {
    skipUnlessRoot(this)
  })

  async function onSmallDisk(settings: NodeJS.ProcessEnv) {
    await using undo = new AsyncDisposableStack()
    const disk = undo.use(await smallDisk(8 * mebibyte))
    await cp(join(suite.path(), 'certs'), join(disk.path, 'certs'), { recursive: true })
    const ingest = undo.use(await suite.start({ WORKING_DIRECTORY: disk.path, ...settings }))
    await ingest.send('POST', '/streams')
    const kept = undo.move()
    return { ingest, path: disk.path, [Symbol.asyncDispose]: () => kept.disposeAsync() }
  }

  /** Sends the body once it is asked for, so that a refusal never meets one that is on its way. */
  async function put(ingest: Ingest, path: string, body: Buffer): Promise<number> {
    const request = ingest.begin('PUT', path, {
      expect: '100-continue',
      'content-length': String(body.length),
    })
    request.on('continue', () => request.end(body))
    request.flushHeaders()
    const [response] = await once(request, 'response')
    response.resume()
    await once(response, 'end')
    request.destroy()
    return response.statusCode
  }

  const files = async (folder: string) => (await readdir(folder)).length

  it('is never full: uploads get 507 at the reserve, those on their way end, and room is used at once', async () => {
    await using disk = await onSmallDisk({ DISK_RESERVE: '2MiB' })
    const { ingest, path } = disk
    const announced = ingest.begin('PUT', '/streams/1/announced', { 'content-length': String(2 * mebibyte) })
    announced.write(Buffer.alloc(mebibyte))
    const endless = ingest.begin('PUT', '/streams/1/endless')
    endless.on('error', () => undefined)
    const cut = once(endless, 'response')
    endless.write(Buffer.alloc(1_000))
    const statuses: number[] = []
    for (let i = 0; i < 10; i++) statuses.push(await put(ingest, `/streams/1/${i}`, Buffer.alloc(mebibyte)))
    ok(statuses.includes(202), `${statuses}`)
    equal(statuses.at(-1), 507)
    deepEqual(new Set(statuses), new Set([202, 507]))
    ok((await freeBytesIn(path)) >= 2 * mebibyte)

    for (let i = 0; i < 32; i++) endless.write(Buffer.alloc(65_536))
    equal((await cut)[0].statusCode, 507)
    const ended = once(announced, 'response')
    announced.end(Buffer.alloc(mebibyte))
    equal((await ended)[0].statusCode, 202)

    equal(await put(ingest, '/streams/1/more', Buffer.alloc(mebibyte)), 507)
    equal((await ingest.send('DELETE', '/streams/1')).status, 200)
    await ingest.send('POST', '/streams')
    equal(await put(ingest, '/streams/2/more', Buffer.alloc(mebibyte)), 202)
  })

  it('gets 507 from the system without a reserve, with no trace of what did not fit, and goes on', async () => {
    await using disk = await onSmallDisk({ DISK_RESERVE: '0' })
    const { ingest, path } = disk
    equal((await ingest.put('/streams/1/fits', Buffer.alloc(1_000))).status, 202)
    await writeFile(join(path, 'ballast'), Buffer.alloc((await freeBytesIn(path)) - 8_192))
    const responses = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        ingest.put(`/streams/1/${i}`, Buffer.alloc(i % 2 ? 3_000 : 100_000)),
      ),
    )
    const stored = responses.filter(({ status }) => status === 202).length
    deepEqual(
      new Set(responses.map(({ status }) => status).filter((status) => status !== 202)),
      new Set([507]),
    )
    await rm(join(path, 'ballast'))
    equal((await ingest.put('/streams/1/after', Buffer.alloc(100_000))).status, 202)
    equal(await files(join(path, 'uploads/1')), stored + 2)
    equal(await files(join(path, 'staging/one')), 0)
    const lines = (await readFile(join(path, 'journals/1/one.ndjson'), 'utf8')).trimEnd().split('\n')
    equal(lines.map((line) => JSON.parse(line)).filter(({ kind }) => kind === 'upload').length, stored + 2)
    equal((await ingest.get('/streams/1?summary=true')).json.uploads, stored + 2)
  })

  it('takes none of the lines of a write that fits only in part', async () => {
    await using disk = await smallDisk(65_536)
    await using worker = createIoWorker()
    const path = join(disk.path, 'journal')
    const append = (line: string) => worker.run({ append: { path, line } })
    const lines = Array.from({ length: 200 }, (_, i) => append(`${String(i).padEnd(1_000)}\n`))
    const outcomes = await Promise.allSettled(lines)
    deepEqual([...new Set(outcomes.map(({ status }) => status))], ['rejected'])
    equal(await append('fits\n'), 5)
    equal(await readFile(path, 'utf8'), 'fits\n')
  })

  it('is kept free by retention, which a refusal starts', async () => {
    await using disk = await onSmallDisk({
      ...{ DISK_RESERVE: '2MiB', RETENTION_FREE: '4MiB', RETENTION_INTERVAL: '1h', SESSION_IDLE: '1ms' },
    })
    const { ingest } = disk
    let refusals = 0
    for (let i = 0; i < 20; i++) {
      const status = await put(ingest, `/streams/1/session_${i}/a`, Buffer.alloc(mebibyte))
      ok(status === 202 || status === 507, `${status}`)
      if (status === 507) refusals++
    }
    ok(refusals < 19, `${refusals} refusals`)
    const { json } = await ingest.get('/sessions/1')
    ok(!json.sessions.some(({ id }: { id: unknown }) => String(id) === '0'), 'the oldest is gone')
  })
})

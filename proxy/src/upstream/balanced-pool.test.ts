import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { pki } from '../../test/certificates.ts'
import { ask, curl, dial, dialHttp2 } from '../../test/clients.ts'
import { createRecorder, type Recorder } from '../../test/recorder.ts'
import { type RunningProxy, runProxy } from '../../test/running-proxy.ts'
import { readConfig } from '../config.ts'
import { createBalancedPool } from './balanced-pool.ts'
import { fixedAddresses } from './ingest-addresses.ts'

describe('several ingests', () => {
  let built: AsyncDisposableStack
  let proxy: RunningProxy
  let ingests: readonly [Recorder, Recorder]

  beforeEach(async () => {
    built = new AsyncDisposableStack()
    const { path } = built.use(await temporaryDirectory())
    ingests = [createRecorder(join(path, 'one.sock')), createRecorder(join(path, 'two.sock'))]
    for (const ingest of ingests) {
      await ingest.start()
      built.defer(() => ingest.stop())
    }
    const addresses = ingests.map((ingest) => `unix:${ingest.path}`).join(', ')
    proxy = await runProxy({ INGEST_ADDRESS: addresses, PROXY_UPSTREAM_WAIT: '1500ms' })
    built.defer(() => proxy.close())
  })
  afterEach(() => built.disposeAsync())

  const put = async (session: Awaited<ReturnType<typeof dialHttp2>>, path: string) =>
    (await ask(session, { ':method': 'PUT', ':path': path }, randomBytes(50_000))).status
  const counts = () => ingests.map(({ seen }) => seen.length)

  it('take turns', async () => {
    const session = await dialHttp2(proxy.port)
    for (let at = 0; at < 10; at++) equal(await put(session, `/${at}`), 200)
    deepEqual(counts(), [5, 5])
    session.destroy()
  })

  it('are chosen by the fewest requests in flight', async () => {
    const session = await dialHttp2(proxy.port)
    const held = session.request({ ':method': 'PUT', ':path': '/held' })
    held.write('a bit')
    const [begun] = await Promise.race(ingests.map(({ events }) => once(events, 'head')))
    for (let at = 0; at < 6; at++) equal(await put(session, `/${at}`), 200)
    deepEqual(counts().sort(), [1, 6])
    equal(begun.url, '/held')
    session.destroy()
  })

  it('lose no new upload when one dies, which is used again once it is back', async () => {
    const [one] = ingests
    const session = await dialHttp2(proxy.port)
    for (let at = 0; at < 4; at++) await put(session, `/warm/${at}`)
    one.stop()
    const paths = Array.from({ length: 20 }, (_, at) => `/${at}`)
    const statuses = await Promise.all(paths.map((path) => put(session, path)))
    deepEqual(new Set(statuses), new Set([200]))
    const before = one.seen.length
    await one.start()
    await until('an upload that it gets', async () => {
      await put(session, '/again')
      return one.seen.length > before
    })
    session.destroy()
  })

  it('lose no upload when they die in turn again and again', async () => {
    const socket = await dial(proxy.port)
    for (let round = 0; round < 6; round++) {
      const dying = ingests[round % 2] as Recorder
      const response = once(socket, 'data')
      socket.write('PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody')
      // The upload is on its way before the proxy can hear of this.
      dying.stop()
      ok(String(await response).startsWith('HTTP/1.1 200'))
      await dying.start()
    }
    socket.destroy()
  })

  it('receive each upload once, even if an idle connection turns out to be closed', async () => {
    const session = await dialHttp2(proxy.port)
    const socket = await dial(proxy.port)
    for (let round = 0; round < 8; round++) {
      await Promise.all(['/warm/1', '/warm/2'].map((path) => put(session, path)))
      const before = counts().reduce((sum, count) => sum + count)
      const response = once(socket, 'data')
      socket.write('PUT /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody')
      ingests[round % 3 === 0 ? 0 : 1].destroySockets()
      ok(String(await response).startsWith('HTTP/1.1 200'))
      await put(session, '/next')
      equal(counts().reduce((sum, count) => sum + count) - before, 2)
    }
    for (const { url, bytes, end } of ingests.flatMap(({ seen }) => seen))
      if (url === '/x') deepEqual([bytes, end], [4, 'whole'])
    session.destroy()
    socket.destroy()
  })

  it('get their clients 503 when all are down, or the response of the first that is back', async () => {
    for (const ingest of ingests) ingest.stop()
    equal((await curl(proxy.port, '/x', [])).status, 503)
    const response = curl(proxy.port, '/x', ['-X', 'PUT', '-d', 'body'])
    await ingests[1].start()
    equal((await response).status, 200)
  })

  it('receive reports of refused handshakes while one of them is up', async () => {
    const { foreign } = await pki
    ingests[0].stop()
    const reported = once(ingests[1].events, 'report')
    const socket = await dial(proxy.port, foreign)
    await reported
    equal(ingests[1].reports[0]?.code, 'certificate-untrusted')
    socket.destroy()
  })

  it('are given with commas', () => {
    const read = (INGEST_ADDRESS: string) => readConfig({ INGEST_ADDRESS, HANDOVER_FILE: '/x' }).ingests
    deepEqual(read('unix:/a.sock, [::1]:8081,b:1'), [
      { path: '/a.sock' },
      { host: '::1', port: 8081 },
      { host: 'b', port: 1 },
    ])
    for (const bad of ['unix:/a,', ',', 'a:1,b'])
      throws(() => read(bad), /INGEST_ADDRESS must be unix:\/path or host:port, or several/)
  })
})

describe('balanced pool', () => {
  it('passes an ingest that refused over for a second', async () => {
    await using built = new AsyncDisposableStack()
    const { path } = built.use(await temporaryDirectory())
    const [down, up] = [createRecorder(join(path, 'down.sock')), createRecorder(join(path, 'up.sock'))]
    await up.start()
    built.defer(() => up.stop())
    let time = 1_000
    const pool = built.use(
      createBalancedPool(fixedAddresses([{ path: down.path }, { path: up.path }]), 10_000, () => time),
    )
    // A connection counts once ingest has accepted it, which is after the proxy has it.
    const accepted = (...counts: number[]) =>
      until(`${counts} connections`, async () => `${[down.connections(), up.connections()]}` === `${counts}`)

    for (let at = 0; at < 3; at++) await pool.acquire(() => true)
    await accepted(0, 3)
    await down.start()
    built.defer(() => down.stop())
    await pool.acquire(() => true)
    await accepted(0, 4)
    time += 1_000
    await pool.acquire(() => true)
    await accepted(1, 4)
  })
})

import { deepEqual, equal, match } from 'node:assert/strict'
import { as, curl, type Identity, makeDevice, makeStream } from './clients/curl.ts'
import { watchEvents } from './clients/watch-events.ts'
import { mediaOfSuite } from './support/media/media.ts'
import { sharedServerOfSuite } from './support/suite/server-of-suite.ts'

describe('events through the proxy', function () {
  this.timeout(60_000)
  const serverOf = sharedServerOfSuite()
  const media = mediaOfSuite()
  let device: Identity
  before(async () => {
    device = await makeDevice(serverOf(), 'watcher')
  })

  it('tell of a second probe of a segment that came before its init segment', async () => {
    const server = serverOf()
    const id = await makeStream(server)
    using first = await watchEvents(server, `/streams/${id}/events`)
    using watched = await watchEvents(server, `/streams/${id}/events`)
    const put = (path: string, body: Buffer) =>
      curl(server, `/streams/${id}/v/${path}`, [...as(device), '-T', '-'], body)
    await put('1.m4s', media().segment)
    await first.until('upload-probed')
    await put('init.mp4', media().init)
    await watched.until('upload-probed', 3)
    const probes = watched.seen.filter(({ kind }) => kind === 'upload-probed')
    deepEqual(probes.map(({ path, state }) => `${path} ${state}`).sort(), [
      'v/1.m4s done',
      'v/1.m4s failed',
      'v/init.mp4 done',
    ])
  })

  for (const version of ['--http1.1', '--http2']) {
    it(`follow an upload from its first byte to its probe (${version})`, async () => {
      const server = serverOf()
      const id = await makeStream(server)
      using watched = await watchEvents(server, `/streams/${id}/events`, [version])
      await curl(server, `/streams/${id}/v/init.mp4`, [...as(device), '-T', '-'], media().init)
      await watched.until('upload-probed')
      // Events are written a moment after what they tell of, so the stream's own creation may be among them.
      const kinds = watched.seen.map(({ kind }) => kind).filter((kind) => kind !== 'stream-created')
      deepEqual(kinds, [
        'upload-started',
        'upload-received',
        'upload-judged',
        'session-opened',
        'upload-probed',
      ])
      deepEqual([...new Set(watched.seen.map(({ stream }) => stream))], [id])
    })
  }

  it('tell of a client that does not trust the server', async () => {
    const server = serverOf()
    using watched = await watchEvents(server, '/events')
    const { exitCode } = await curl(server, '/streams', ['--cacert', device.cert])
    equal(exitCode, 60, 'curl cannot verify the certificate')
    await watched.until('handshake-refused')
    const { address, reason } = watched.seen.at(-1)
    match(`${address} ${reason}`, /^(127\.0\.0\.1|::1) .*unknown ca/)
  })
})

import { deepEqual, equal, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { serverState, streamState } from '@pushav/shared/api/state.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { type Ingest, ingestSuite } from '../../testing/ingest.ts'

describe('events as state', () => {
  const suite = ingestSuite()
  const manifest = '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="dynamic"><Period/></MPD>'

  it('tell a stream at once, then what changed of it', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams?interface=dash')
    await ingest.put('/streams/1/session_1/index.mpd', manifest)
    using watcher = await watch(ingest, '/streams/1/events?as=state')
    const first = streamState.parse(await watcher.next())
    deepEqual([first.stream, first.total, first.index], [1, 1, 'ok'])
    deepEqual(
      first.sessions.map(({ key, uploads }) => [key, uploads]),
      [['1', 1]],
    )
    await ingest.put('/streams/1/session_2/index.mpd', manifest)
    const second = streamState.parse(await watcher.find(({ total }) => total === 2))
    ok(second.sessions.some(({ key }) => key === '2'))
    deepEqual(
      [first.rows, second.rows?.positions, second.rows?.rows[0]?.[1]],
      [null, [1], 'session_2/index.mpd'],
    )
    ok(Date.parse(second.created_at ?? '') > 0)
  })

  it('show an upload on its way, and end with the stream', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    using watcher = await watch(ingest, '/streams/1/events?as=state')
    const request = ingest.begin('PUT', '/streams/1/slow.mp4', { 'content-length': '10' })
    request.write('first')
    const shown = await watcher.find(({ in_flight }) => in_flight.length === 1)
    const [upload] = streamState.parse(shown).in_flight
    deepEqual([upload?.path, upload?.bytes, upload?.declared_bytes], ['slow.mp4', 5, 10])
    equal(shown.live, true)
    request.end(' last')
    await once(request, 'response')
    await watcher.find(({ in_flight, total }) => in_flight.length === 0 && total === 1)
    await ingest.send('DELETE', '/streams/1')
    equal((await watcher.find(({ deleted }) => deleted)).deleted, true)
    equal(await watcher.next(), null)
  })

  it('tell all streams and refused handshakes', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    using watcher = await watch(ingest, '/events?as=state')
    const first = serverState.parse(await watcher.next())
    deepEqual([first.streams.length, first.refused, first.probes?.waiting], [1, [], 0])
    await ingest.send('POST', '/streams?interface=hls')
    const isSecond = ({ id }: { id: number }) => id === 2
    serverState.parse(await watcher.find(({ streams }) => streams.some(isSecond)))
    await refuse(ingest)
    await refuse(ingest)
    const { refused } = serverState.parse(
      await watcher.find(({ refused }) => refused.some(({ count }: { count: number }) => count === 2)),
    )
    ok(refused[0]?.advice.includes('root.pem'))
    const listed = (await ingest.get('/refusals')).json.refusals
    deepEqual([listed.length, listed[0].count, listed[0].address], [1, 2, '192.0.2.9'])
    await ingest.send('DELETE', '/streams/2')
    await watcher.find(({ deleted }) => deleted.includes(2))
  })

  it('go on when Redis is back, and say that it was away', async function () {
    this.timeout(20_000)
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/a.txt', 'one')
    using watcher = await watch(ingest, '/streams/1/events?as=state')
    equal((await watcher.next())?.total, 1)
    await suite.redis().kill()
    const away = await watcher.find(({ index }) => index === 'away')
    equal(away.total, 1)
    await suite.redis().start()
    await watcher.find(({ index, total }) => index === 'ok' && total === 1)
  })

  it('bring new uploads along where they are few, and what came of their probes', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    using watcher = await watch(ingest, '/streams/1/events?as=state')
    await watcher.next()
    const seen = new Set<number>()
    const probes: string[] = []
    for (const n of [0, 1, 2]) await ingest.put(`/streams/1/${n}.txt`, 'no media')
    await watcher.find((message) => {
      const { rows, probed } = streamState.parse(message)
      for (const position of rows?.positions ?? []) seen.add(position)
      probes.push(...Object.values(probed))
      return seen.size === 3 && probes.length === 3
    })
    deepEqual([...seen, ...probes], [0, 1, 2, 'not-media', 'not-media', 'not-media'])
  })

  it('tell what another instance receives, and what is on its way to it', async () => {
    await using one = await suite.start({ INSTANCE: 'one' })
    await using two = await suite.start({ INSTANCE: 'two' })
    await one.send('POST', '/streams')
    using watcher = await watch(two, '/streams/1/events?as=state')
    equal((await watcher.next())?.total, 0)
    const request = one.begin('PUT', '/streams/1/slow.mp4', { 'content-length': '10' })
    request.write('first')
    await watcher.find(({ in_flight }) => in_flight.length === 1)
    request.end(' last')
    await once(request, 'response')
    await watcher.find(({ in_flight, total }) => in_flight.length === 0 && total === 1)
  })

  const refuse = (ingest: Ingest) =>
    ingest.send(
      'POST',
      '/events/handshake-refused',
      JSON.stringify({ address: '192.0.2.9', code: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', reason: 'alert' }),
      { 'content-type': 'application/json', 'x-proxy-event': 'handshake-refused' },
    )

  async function watch(ingest: Ingest, path: string) {
    const request = ingest.begin('GET', path).end()
    const [response] = await once(request, 'response')
    equal(response.headers['content-type'], 'text/event-stream')
    // biome-ignore lint/suspicious/noExplicitAny: messages are looked into freely here
    const messages: any[] = []
    let text = ''
    let isEnded = false
    response.setEncoding('utf8')
    response.on('data', (more: string) => {
      const blocks = (text + more).split('\n\n')
      text = blocks.pop() ?? ''
      for (const block of blocks) {
        const data = /^event: state\ndata: (.*)$/s.exec(block)?.[1]
        if (data) messages.push(JSON.parse(data))
      }
    })
    response.on('close', () => {
      isEnded = true
    })
    return {
      next: () => until('a message', async () => messages.shift() ?? (isEnded ? 'end' : null)).then(orNull),
      // biome-ignore lint/suspicious/noExplicitAny: as above
      find: (matches: (message: any) => boolean) =>
        until('a message that matches', async () => messages.splice(0).find(matches), 15_000),
      [Symbol.dispose]: () => void request.destroy(),
    }
  }

  const orNull = <Message>(message: Message | 'end') => (message === 'end' ? null : message)
})

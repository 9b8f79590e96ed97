import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile, stat } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { deliveriesResponse, webhookMade, webhooksResponse } from '@pushav/shared/api/events/webhooks.ts'
import { ftyp, moov } from '@pushav/shared/testing/media/boxes.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { Redis } from 'ioredis'
import { type Ingest, ingestSuite } from '../testing/ingest.ts'

const init = Buffer.concat([ftyp, moov()])
const quick = { WEBHOOK_ALLOW_PRIVATE: 'true', WEBHOOK_RETRY: '20ms', SESSION_IDLE: '50ms' }
const jsonType = { 'content-type': 'application/json' }
const fromProxy = { ...jsonType, 'x-proxy-event': 'handshake-refused' }

describe('webhooks', () => {
  const suite = ingestSuite()

  it('get a signed event with links when a session ends', async () => {
    await using ingest = await suite.start({ ...quick, PORT: '1234', SERVER_IP: '192.0.2.1' })
    await using target = await startTarget()
    const made = await make(ingest, { url: target.url, events: ['session-completed', 'session-abandoned'] })
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/v.mp4', init)
    const { headers, body } = await target.next()
    const event = JSON.parse(body)
    const { kind, stream, links } = event
    deepEqual([kind, stream, event.session], ['session-completed', '1', 'none'])
    equal(links.report, 'https://192.0.2.1:1234/streams/1/report?session=none')
    equal((await ingest.get(new URL(links.report).pathname)).status, 200)
    const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = headers
    const key = Buffer.from(made.secret.replace('whsec_', ''), 'base64')
    equal(signature, `v1,${createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64')}`)
    ok(Math.abs(Number(at) - Date.now() / 1_000) < 60)
    const [delivery] = await ended(ingest, made.id, 1)
    ok(delivery)
    const { state, attempts, status, detail, stream: ofStream } = delivery
    deepEqual(
      [delivery.id, state, attempts, status, detail, ofStream],
      [id, 'delivered', 1, 200, 'delivered', '1'],
    )
  })

  it('get what is expected of a stream met and failed, and refused devices; each what it asked for', async () => {
    await using ingest = await suite.start(quick)
    await using target = await startTarget()
    await make(ingest, { url: `${target.url}all` })
    await make(ingest, { url: `${target.url}two`, stream: 2 })
    await make(ingest, { url: `${target.url}met`, events: ['expectations-met'] })
    for (const _stream of [1, 2]) await ingest.send('POST', '/streams')
    await ingest.send('PUT', '/expectations/1', '{"sessions":{"min":0}}', jsonType)
    await ingest.send('PUT', '/expectations/2', '{"latest_start":0}', jsonType)
    equal((await refuse(ingest, '192.0.2.9')).status, 204)
    const received = new Set<string>()
    for (let n = 0; n < 5; n++) {
      const { path, body } = await target.next()
      const { kind, stream = '-', reasons = [], address = '' } = JSON.parse(body)
      received.add([path, kind, stream, reasons[0]?.about ?? address].join(' ').trim())
    }
    deepEqual([...received].sort(), [
      '/all expectations-failed 2 latest_start',
      '/all expectations-met 1',
      '/all handshake-refused - 192.0.2.9',
      '/met expectations-met 1',
      '/two expectations-failed 2 latest_start',
    ])
  })

  it('get one delivery for an event of several processes', async () => {
    await using one = await suite.start({ ...quick, INSTANCE: 'one' })
    await using two = await suite.start({ ...quick, INSTANCE: 'two' })
    await using target = await startTarget()
    const { id } = await make(one, { url: target.url })
    await one.send('POST', '/streams')
    // Both find the end of the session by their clocks.
    await Promise.all([one.put('/streams/1/v.mp4', init), two.put('/streams/1/w.mp4', init)])
    await target.next()
    for (const ingest of [one, two]) equal((await refuse(ingest, '192.0.2.9')).status, 204)
    equal(JSON.parse((await target.next()).body).kind, 'handshake-refused')
    // A test that is queued after all of them comes last.
    await two.send('POST', `/webhooks/${id}/test`)
    equal(JSON.parse((await target.next()).body).kind, 'webhook-test')
    equal((await ended(one, id, 3)).length, 3)
  })

  it('are tried again until the target takes the event, under the same id, and given up when it is gone', async () => {
    await using ingest = await suite.start(quick)
    await using target = await startTarget()
    const { id } = await make(ingest, { url: target.url })
    const responses = [500, 404, 302, 200, 410]
    target.respond((response) => response.writeHead(responses.shift() ?? 200).end('because'))
    const { json } = await ingest.send('POST', `/webhooks/${id}/test`)
    const ids: unknown[] = []
    for (let n = 0; n < 4; n++) ids.push((await target.next()).headers['webhook-id'])
    deepEqual(ids, Array(4).fill(json.delivery))
    const [delivered] = await ended(ingest, id, 1)
    deepEqual([delivered?.state, delivered?.attempts, delivered?.status], ['delivered', 4, 200])
    await ingest.send('POST', `/webhooks/${id}/test`)
    const [gone] = await ended(ingest, id, 2)
    const { state, attempts, detail } = gone ?? {}
    deepEqual([state, attempts, detail], ['failed', 1, 'the target responded 410: because'])
  })

  it('that hang delay neither uploads nor other webhooks', async () => {
    await using ingest = await suite.start({ ...quick, WEBHOOK_TIMEOUT: '1d' })
    await using hanging = await startTarget()
    await using target = await startTarget()
    hanging.respond(() => undefined)
    // They get tests alone: nothing is expected of the stream.
    const events = ['expectations-met']
    const slow = await make(ingest, { url: hanging.url, events })
    const good = await make(ingest, { url: target.url, events })
    for (let n = 0; n < 5; n++) await ingest.send('POST', `/webhooks/${slow.id}/test`)
    for (let n = 0; n < 2; n++) await hanging.next()
    await ingest.send('POST', '/streams')
    equal((await ingest.put('/streams/1/v.mp4', init)).status, 202)
    await ingest.send('POST', `/webhooks/${good.id}/test`)
    equal(JSON.parse((await target.next()).body).kind, 'webhook-test')
    equal((await deliveriesOf(ingest, slow.id)).waiting, 5)
    equal(hanging.requests(), 2)
  })

  it('get what was queued before a restart', async () => {
    await using target = await startTarget()
    {
      await using ingest = await suite.start({ ...quick, WEBHOOK_RETRY: '10m' })
      target.respond((response) => response.destroy())
      const { id } = await make(ingest, { url: target.url })
      await ingest.send('POST', `/webhooks/${id}/test`)
      await target.next()
      await until('it is tried again later', async () => {
        const [delivery] = (await deliveriesOf(ingest, id)).deliveries
        ok(delivery)
        if (delivery.attempts === 0) return false
        const { state, detail, next_attempt_at: next } = delivery
        deepEqual([state, detail], ['retrying', 'the target closed the connection before it responded'])
        ok(Date.parse(next ?? '') > Date.now() + 60_000)
        return true
      })
      // One that is under way when the process ends.
      target.respond(() => undefined)
      await ingest.send('POST', `/webhooks/${id}/test`)
      await target.next()
    }
    target.respond((response) => response.end())
    await using _again = await suite.start(quick)
    equal(JSON.parse((await target.next()).body).kind, 'webhook-test')
  })

  it('get the ends of sessions that fell silent while the server was stopped, each once', async () => {
    await using target = await startTarget()
    {
      await using ingest = await suite.start({ ...quick, SESSION_IDLE: '1d' })
      await make(ingest, { url: target.url })
      for (const stream of [1, 2]) {
        await ingest.send('POST', '/streams')
        await ingest.put(`/streams/${stream}/v.mp4`, init)
      }
    }
    // By the clock of the second start both have ended, as after a minute without a server.
    {
      await using ingest = await suite.start(quick)
      const ended = [await target.next(), await target.next()].map(({ body }) => JSON.parse(body))
      deepEqual(ended.map(({ kind, stream }) => [kind, stream]).sort(), [
        ['session-completed', '1'],
        ['session-completed', '2'],
      ])
      // A server that stops before it has the response sends the event again.
      const [{ id }] = (await ingest.get('/webhooks')).json.webhooks
      await until('both responses', async () => {
        const { deliveries } = (await ingest.get(`/webhooks/${id}/deliveries`)).json
        return deliveries.every(({ state }: { state: string }) => state === 'delivered')
      })
    }
    await using again = await suite.start(quick)
    const [{ id }] = (await again.get('/webhooks')).json.webhooks
    await again.send('POST', `/webhooks/${id}/test`)
    equal(JSON.parse((await target.next()).body).kind, 'webhook-test')
  })

  it('get events that came while Redis was away', async function () {
    this.timeout(30_000)
    await using ingest = await suite.start(quick)
    await using target = await startTarget()
    await make(ingest, { url: target.url })
    await ingest.send('POST', '/streams')
    await suite.redis().kill()
    await ingest.put('/streams/1/v.mp4', init)
    equal((await ingest.get('/webhooks')).status, 200)
    await suite.redis().start()
    equal(JSON.parse((await target.next()).body).kind, 'session-completed')
  })

  it('do not reach private addresses unless a setting allows it', async () => {
    await using ingest = await suite.start({ WEBHOOK_RETRY: '20ms' })
    await using target = await startTarget()
    for (const host of ['127.0.0.1', '[::1]', '169.254.169.254', '[::ffff:10.0.0.1]', '2130706433']) {
      const refused = await ingest.send('POST', '/webhooks', JSON.stringify({ url: `http://${host}/` }))
      deepEqual([refused.status, refused.json.code], [400, 'request-malformed'])
      match(refused.json.detail, /is not an address of the public internet; WEBHOOK_ALLOW_PRIVATE allows it/)
    }
    const { id } = await make(ingest, { url: target.url.replace('127.0.0.1', 'localhost') })
    await ingest.send('POST', `/webhooks/${id}/test`)
    const [delivery] = await ended(ingest, id, 1)
    deepEqual([delivery?.state, delivery?.attempts, delivery?.status], ['failed', 1, null])
    match(delivery?.detail ?? '', /^localhost is at .* not an address of the public internet/)
    equal(target.requests(), 0)
  })

  it('show their secret once, and keep it out of Redis and of the audit log', async () => {
    await using ingest = await suite.start(quick)
    await using target = await startTarget()
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
    const made = await make(ingest, { url: `${target.url}path?token=hidden`, secret })
    equal(made.secret, secret)
    await ingest.send('POST', `/webhooks/${made.id}/test`)
    await target.next()
    await ended(ingest, made.id, 1)
    const list = await ingest.get('/webhooks')
    const { secret: _secret, ...shown } = made
    deepEqual(webhooksResponse.parse(list.json).webhooks, [shown])
    const redis = new Redis(suite.redis().path)
    const dumped: string[] = []
    for (const key of await redis.keys('*webhook*'))
      dumped.push(
        key,
        (await redis.dump(key))?.toString() ?? '',
        JSON.stringify(await redis.hgetall(key).catch(() => '')),
      )
    await redis.quit()
    await ingest.send('DELETE', `/webhooks/${made.id}`)
    const audit = await until('both are in the audit log', async () => {
      const lines = await readFile(join(suite.path(), 'audit.jsonl'), 'utf8').catch(() => '')
      return lines.includes('webhook-removed') && lines
    })
    match(audit, /"event":"webhook-made".*"details":\{"id":"[0-9a-f-]{36}","host":"127.0.0.1:\d+"\}/)
    for (const place of [list.text, ...dumped, audit])
      ok(!place.includes(secret.slice(6, 40)), place.slice(0, 200))
    ok(!audit.includes('hidden'))
  })

  it('are gone once they are removed, with their deliveries and files', async () => {
    await using ingest = await suite.start({ ...quick, WEBHOOK_RETRY: '10m' })
    await using target = await startTarget()
    target.respond((response) => response.writeHead(500).end())
    const { id } = await make(ingest, { url: target.url })
    const folder = join(suite.path(), 'access', 'webhooks')
    equal((await stat(folder)).mode & 0o077, 0)
    await ingest.send('POST', `/webhooks/${id}/test`)
    await target.next()
    deepEqual((await ingest.send('DELETE', `/webhooks/${id}`)).json, { id, deleted: true })
    deepEqual(await readdir(folder), [])
    const redis = new Redis(suite.redis().path)
    const left = await redis.keys(`*webhook-${id}*`)
    // It expires by itself, a second after the last attempt.
    deepEqual(
      left.filter((key) => !key.endsWith(':limiter')),
      [],
    )
    await redis.quit()
    for (const [method, path] of [
      ['DELETE', ''],
      ['GET', '/deliveries'],
      ['POST', '/test'],
    ] as const) {
      const { status, json } = await ingest.send(method, `/webhooks/${id}${path}`)
      deepEqual([status, json.code], [404, 'webhook-unknown'], method)
    }
  })

  it('are refused in words when they are not as expected, and above 16', async () => {
    await using ingest = await suite.start(quick)
    for (const [body, words] of [
      ['[]', /must be an object/],
      ['{}', /url must be a text/],
      ['{"url":"ftp://x.example/"}', /url must be an http or https URL/],
      ['{"url":"nonsense"}', /url must be an http or https URL/],
      ['{"url":"https://me:word@x.example/"}', /url must have no user name and password/],
      [
        '{"url":"https://x.example/","secret":"short"}',
        /secret must be whsec_ and the base64 of 24 to 64 bytes/,
      ],
      [
        '{"url":"https://x.example/","events":["upload-judged"]}',
        /events\[0\] must be "session-completed" or/,
      ],
      ['{"url":"https://x.example/","events":[]}', /events must have at least 1 entry/],
      ['{"url":"https://x.example/","colour":1}', /must not have "colour"/],
    ] as const) {
      const { status, json, text: all } = await ingest.send('POST', '/webhooks', body)
      deepEqual([status, json.code], [400, 'request-malformed'], all)
      match(json.detail, words)
    }
    for (let n = 0; n < 10; n++) await make(ingest, { url: `https://x.example/${n}` })
    const atOnce = await Promise.all(
      Array.from({ length: 20 }, () => ingest.send('POST', '/webhooks', '{"url":"https://x.example/"}')),
    )
    equal(atOnce.filter(({ status }) => status === 201).length, 6)
    const refused = await ingest.send('POST', '/webhooks', '{"url":"https://x.example/"}')
    deepEqual([refused.status, refused.json.code], [409, 'webhook-limit'])
    equal((await ingest.get('/webhooks/../../etc')).status, 404)
    equal((await ingest.send('DELETE', '/webhooks/..%2F..%2Faccess')).json.code, 'webhook-unknown')
  })
})

async function make(ingest: Ingest, body: object) {
  const { status, json } = await ingest.send('POST', '/webhooks', JSON.stringify(body))
  equal(status, 201)
  return webhookMade.parse(json)
}

function refuse(ingest: Ingest, address: string) {
  const report = { address, code: 'ERR_SSL', reason: 'unsupported protocol', certificate: null }
  return ingest.send('POST', '/events/handshake-refused', JSON.stringify(report), fromProxy)
}

async function deliveriesOf(ingest: Ingest, id: string) {
  return deliveriesResponse.parse((await ingest.get(`/webhooks/${id}/deliveries`)).json)
}

/** The deliveries of a webhook, the newest first, once so many have ended. */
const ended = (ingest: Ingest, id: string, count: number) =>
  until(`${count} deliveries have ended`, async () => {
    const { deliveries } = await deliveriesOf(ingest, id)
    return (
      deliveries.filter(({ state }) => state === 'delivered' || state === 'failed').length >= count &&
      deliveries
    )
  })

interface ReceivedRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A target that responds 200 until told otherwise. */
async function startTarget() {
  const received: ReceivedRequest[] = []
  let requests = 0
  let arrival = Promise.withResolvers<void>()
  let respond = (response: ServerResponse): unknown => response.end()
  const server = createServer(async (request, response) => {
    requests += 1
    received.push({ path: request.url ?? '', headers: request.headers, body: await text(request) })
    arrival.resolve()
    respond(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/`,
    requests: () => requests,
    respond(how: typeof respond) {
      respond = how
    },
    async next(): Promise<ReceivedRequest> {
      for (;;) {
        const first = received.shift()
        if (first) return first
        arrival = Promise.withResolvers()
        await arrival.promise
      }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

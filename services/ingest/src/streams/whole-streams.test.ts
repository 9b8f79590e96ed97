import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { text } from 'node:stream/consumers'
import { setTimeout } from 'node:timers/promises'
import { ftyp, moov } from '@pushav/shared/testing/media/boxes.ts'
import { Redis } from 'ioredis'
import { type Ingest, ingestSuite } from '../testing/ingest.ts'

const init = Buffer.concat([ftyp, moov()])
const many = 40_000
const pathOf = (number: number) => `v/${String(number).padStart(6, '0')}.m4s`

describe('an answer that names every path', () => {
  const suite = ingestSuite()

  it('has the same fields in the same order for one stream and for all', async () => {
    await using ingest = await suite.start({ COMPAT: '1.5' })
    const lists = ['error_uploads', 'valid_uploads', 'valid_files', 'invalid_files']
    const made = await ingest.send('POST', '/streams?interface=dash')
    await ingest.put('/streams/1/session_2/b.mpd', 'no manifest')
    await ingest.put('/streams/1/session_10/v/v.init', init)
    await ingest.put('/streams/1/session_2/v/v.init', init)
    const one = await ingest.get('/streams/1')
    deepEqual(Object.keys(one.json).slice(-lists.length - 1), ['sessions', ...lists])
    deepEqual(Object.keys(one.json), Object.keys(made.json))
    deepEqual(
      one.json.sessions.map(({ id }: { id: number }) => id),
      [2, 10],
    )
    equal(one.text, `${JSON.stringify(one.json)}\n`)
    equal(one.headers['content-length'], String(Buffer.byteLength(one.text)))
    const all = await ingest.get('/streams')
    equal(all.text, `{"streams":[${one.text.trimEnd()}]}\n`)
    const named = await ingest.send('POST', '/streams/1/trackName', '{"track_name":"v"}')
    const withName = { ...one.json, expected_track_names: ['v'], track_name: 'v' }
    deepEqual([named.status, named.json], [202, withName])
    deepEqual(
      one.json.invalid_files.map(({ file_path: path }: { file_path: string }) => path),
      one.json.error_uploads.map(({ file_path: path }: { file_path: string }) => path),
    )
    deepEqual(
      one.json.valid_files,
      one.json.valid_uploads.map(({ file_path: path }: { file_path: string }) => path),
    )
  })

  for (const [route, body] of [
    ['expectedTrackNames', '{"expected_track_names":[]}'],
    ['expectedTrackNames', '{"expected_track_names":null}'],
    ['trackName', '{"track_name":""}'],
    ['trackName', '{"trackName":""}'],
  ] as const)
    it(`has any track again after ${body}`, async () => {
      await using ingest = await suite.start()
      await ingest.send('POST', '/streams?interface=cmaf-ingest')
      await ingest.send('POST', '/streams/1/trackName', '{"track_name":"audio"}')
      const wrong = await ingest.put('/streams/1/session_1/v/v.init', init)
      const cleared = await ingest.send('POST', `/streams/1/${route}`, body)
      deepEqual(
        [cleared.status, cleared.json.expected_track_names, cleared.json.track_name],
        [202, null, null],
      )
      const right = await ingest.put('/streams/1/session_2/v/v.init', init)
      const codes = [wrong, right].map(({ json }) => json.findings.map(({ code }: { code: string }) => code))
      deepEqual(codes, [['track-unexpected'], []])
      equal((await ingest.get('/streams/1')).json.expected_track_names, null)
    })

  it('names each of very many once, in arrival order, while others are added and taken away', async () => {
    await using ingest = await suite.start()
    await using redis = await filled(ingest)
    const asked = ingest.get('/streams/1')
    for (let number = many; number < many * 3; number += 1_000) await add(redis, number, number + 1_000)
    for (let number = 1; number < many; number += 2) redis.hdel(newest, pathOf(number))
    const { valid_uploads: valid, sessions } = (await asked).json
    const found: string[] = valid.map(({ file_path: path }: { file_path: string }) => path)
    deepEqual(found, [...new Set(found)].sort())
    const there = new Set(found)
    for (let number = 0; number < many; number += 2) ok(there.has(pathOf(number)), pathOf(number))
    const segments: string[] = sessions[0].uploaded_segments.map(([path]: [string]) => path)
    deepEqual(
      segments.slice(0, many),
      Array.from({ length: many }, (_, number) => pathOf(number)),
    )
    equal(new Set(segments).size, segments.length)
  })

  it('lets uploads by', async () => {
    await using ingest = await suite.start()
    await using _redis = await filled(ingest)
    const beginning = performance.now()
    let tookMs = 0
    const answered = begun(ingest, 'GET')
      .then(text)
      .then(() => {
        tookMs = performance.now() - beginning
      })
    let longestMs = 0
    while (tookMs === 0) {
      const before = performance.now()
      equal((await ingest.put('/streams/1/note.txt', 'a note')).status, 202)
      longestMs = Math.max(longestMs, performance.now() - before)
    }
    await answered
    ok(longestMs < tookMs / 2, `an upload took ${longestMs} of ${tookMs} ms`)
  })

  it('breaks off when Redis goes away in the middle', async () => {
    await using ingest = await suite.start()
    await using _redis = await filled(ingest)
    const answer = await begun(ingest, 'GET')
    equal(answer.statusCode, 200)
    await suite.redis().kill()
    try {
      await rejects(text(answer), /aborted/)
      equal((await ingest.get('/streams/1')).status, 503)
    } finally {
      await suite.redis().start()
    }
  })

  it('is read no further for a client that has left', async () => {
    await using ingest = await suite.start()
    await using redis = await filled(ingest)
    const answer = await begun(ingest, 'GET')
    answer.destroy()
    await setTimeout(100)
    const before = await commandsOf(redis)
    await setTimeout(300)
    ok((await commandsOf(redis)) - before < 10)
    equal((await ingest.get('/streams/1')).json.valid_uploads.length, many)
  })

  it('is not made for HEAD', async () => {
    await using ingest = await suite.start()
    await using redis = await filled(ingest)
    const before = await commandsOf(redis)
    const answer = await begun(ingest, 'HEAD')
    equal(await text(answer), '')
    deepEqual([answer.statusCode, answer.headers['content-length']], [200, undefined])
    await setTimeout(300)
    ok((await commandsOf(redis)) - before < 20)
    await ingest.send('POST', '/streams')
    const [head, get] = [await begun(ingest, 'HEAD', '/streams/2'), await ingest.get('/streams/2')]
    equal(head.headers['content-length'], get.headers['content-length'])
    equal((await begun(ingest, 'HEAD', '/streams/3')).statusCode, 404)
  })

  const newest = '{stream:1}:newest'

  /** A stream with as many paths as no test could push. */
  async function filled(ingest: Ingest) {
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/none.txt', '')
    const redis = new Redis(suite.redis().path).on('error', () => undefined)
    await redis.hset('{stream:1}:sessions', 'none', JSON.stringify(session))
    for (let number = 0; number < many; number += 1_000) await add(redis, number, number + 1_000)
    return Object.assign(redis, { [Symbol.asyncDispose]: async () => redis.disconnect() })
  }

  async function add(redis: Redis, from: number, to: number): Promise<void> {
    const paths = Array.from({ length: to - from }, (_, i) => pathOf(from + i))
    const standings = paths.map((path, i) => [path, `${path} ${(from + i).toString(36)} +none`])
    await redis.hset(newest, ...standings.flat())
    await redis.rpush('{stream:1}:listed:none:segments', ...paths)
  }

  const session = {
    ...{ id: 'none', number: null, isComplete: false, phase: 'open', lastObjectMs: Date.UTC(2026, 0) },
    ...{ tracks: {}, hlsTrackCount: null, hlsCompletedTracks: 0 },
  }

  async function begun(
    ingest: Ingest,
    method: 'GET' | 'HEAD',
    path = '/streams/1',
  ): Promise<IncomingMessage> {
    const [response] = await once(ingest.begin(method, path).end(), 'response')
    return response
  }

  async function commandsOf(redis: Redis): Promise<number> {
    return Number(/^total_commands_processed:(\d+)/m.exec(await redis.info('stats'))?.[1])
  }
})

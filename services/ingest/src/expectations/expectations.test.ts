import { deepEqual, equal, match } from 'node:assert/strict'
import { chunk, ftyp, moov, styp } from '@pushav/shared/testing/media/boxes.ts'
import { type Ingest, ingestSuite } from '../testing/ingest.ts'

const json = { 'content-type': 'application/json' }
const init = Buffer.concat([ftyp, moov()])
const segment = Buffer.concat([styp('msdh'), chunk({ sequence: 1, at: 0 })])
const silence = { SESSION_IDLE: '50ms' }

describe('expectations', () => {
  const suite = ingestSuite()

  const set = (ingest: Ingest, body: unknown, id = 1) =>
    ingest.send('PUT', `/expectations/${id}`, JSON.stringify(body), json)

  it('are shown with their verdict, which follows the uploads', async () => {
    await using ingest = await suite.start(silence)
    await ingest.send('POST', '/streams')
    deepEqual((await ingest.get('/expectations/1')).json, { stream_id: 1, expectations: null, verdict: null })
    const { status, json: first } = await set(ingest, {
      tracks: [{ name: 'v', codec: 'avc1' }],
      max_warnings: 3,
    })
    deepEqual([status, first.verdict.state], [200, 'pending'])
    deepEqual(first.expectations, {
      tracks: [{ name: 'v', codec: 'avc1' }],
      sessions: { min: 1 },
      max_errors: 0,
      max_warnings: 3,
      rules: {},
    })
    await ingest.put('/streams/1/v.mp4', init)
    await ingest.put('/streams/1/v1.mp4', segment)
    const { json: waited } = await ingest.get('/wait/1?until=expectations')
    equal(waited.verdict.state, 'pass', JSON.stringify(waited.verdict))
    await ingest.put('/streams/1/wrong.txt', 'no media')
    const { verdict } = (await ingest.get('/expectations/1')).json
    deepEqual([verdict.state, verdict.reasons[0].about], ['fail', 'max_errors'])
    match(verdict.reasons[0].message, /at most 0 findings of severity error, received 1: extension 1/)
  })

  it('survive a restart and a rebuild of the index; the last ones count', async () => {
    {
      await using ingest = await suite.start()
      await ingest.send('POST', '/streams')
      await set(ingest, { max_errors: 1 })
      await set(ingest, { max_errors: 2, rules: { extension: 'off' } })
    }
    {
      await using again = await suite.start()
      equal((await again.get('/expectations/1')).json.expectations.max_errors, 2)
    }
    await suite.flush()
    await using rebuilt = await suite.start()
    const { expectations } = (await rebuilt.get('/expectations/1')).json
    deepEqual([expectations.max_errors, expectations.rules], [2, { extension: 'off' }])
  })

  it('may come with the stream, which is not made when they are wrong', async () => {
    await using ingest = await suite.start()
    const wrong = JSON.stringify({ interface: 'dash', expectations: { max_errors: -1 } })
    equal((await ingest.send('POST', '/streams', wrong, json)).status, 400)
    deepEqual((await ingest.get('/streams')).json.streams, [])
    const body = JSON.stringify({ interface: 'dash', expectations: { latest_start: 5 } })
    equal((await ingest.send('POST', '/streams', body, json)).status, 201)
    equal((await ingest.get('/expectations/1')).json.expectations.latest_start, 5)
  })

  it('are refused in words when they are not as expected', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    const refused: readonly (readonly [body: unknown, words: RegExp])[] = [
      [{ max_error: 1 }, /it must not have "max_error"/],
      [{ tracks: [{ codecs: 'avc1' }] }, /tracks\[0\] must not have "codecs"/],
      [{ tracks: 'video' }, /tracks must be a list/],
      [{ max_errors: 1.5 }, /max_errors must be a whole number/],
      [{ rules: { 'no-such-rule': 'off' } }, /rules has "no-such-rule", which is none of the codes/],
      [{ rules: { extension: 'on' } }, /rules\.extension must be "off" or "error"/],
      [{ sessions: { min: 3, max: 2 } }, /sessions\.min must be at most sessions\.max/],
      [{ bitrate: { min: 3, max: 2 } }, /bitrate\.min must be at most bitrate\.max/],
      [{ tracks: Array(129).fill({}) }, /tracks must have at most 128 entries/],
      [[], /it must be an object/],
    ]
    for (const [body, words] of refused) {
      const { status, json: problem } = await set(ingest, body)
      deepEqual([status, problem.code], [400, 'request-malformed'])
      match(problem.detail, words)
    }
    equal((await ingest.send('PUT', '/expectations/1', '{"tracks":', json)).status, 400)
    equal((await ingest.send('PUT', '/expectations/1', `"${'x'.repeat(200_000)}"`, json)).status, 413)
    equal((await set(ingest, {}, 9)).json.code, 'stream-unknown')
    equal((await ingest.get('/expectations/9')).json.code, 'stream-unknown')
    equal((await ingest.get('/expectations/1')).json.expectations, null)
  })
})

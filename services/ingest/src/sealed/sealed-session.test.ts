import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { openedSession } from '@pushav/shared/api/sealed.ts'
import { chunk, ftyp, moov } from '@pushav/shared/testing/media/boxes.ts'
import { hksvCameraKey, hksvKeyId, hksvSession, sealed } from '@pushav/shared/testing/media/hksv.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { type Ingest, ingestSuite } from '../testing/ingest.ts'

const init = Buffer.concat([ftyp, moov()])
const segment = (nth: number) => chunk({ sequence: nth + 1, at: nth * 1_000 })
const number = '9876543210987654321'
const key = { camera_key: hksvCameraKey.toString('hex'), key_number: String(0x1234) }

describe('a sealed session', () => {
  const suite = ingestSuite()

  it('is clean, keeps all digits of its number, and opens with its key', async () => {
    await using ingest = await suite.start()
    const statuses = await record(ingest, hksvSession(number, init, [0, 1, 2].map(segment)))
    deepEqual([...new Set(statuses)], [202])
    const { sessions, error_uploads: wrong, valid_uploads: valid } = (await ingest.get('/streams/1')).json
    deepEqual([sessions[0].key, sessions[0].id, sessions[0].complete, wrong], [number, null, true, []])
    deepEqual([valid[0].session, valid[0].session_id], [number, null])
    const opened = await open(ingest, key)
    deepEqual([opened.verdict, opened.opened, opened.objects, opened.key_id], ['opened', 4, 4, hksvKeyId])
    deepEqual([opened.findings, opened.damaged, opened.repeated_ivs], [[], [], []])
  })

  it('is not complete when it falls silent without the end of its playlist', async () => {
    await using ingest = await suite.start({ SESSION_IDLE: '50ms' })
    await record(ingest, hksvSession(number, init, [segment(0)]).slice(0, -1))
    const silent = await until('the session is silent', async () => {
      const [session] = (await ingest.get('/streams/1')).json.sessions
      return session?.phase === 'silent' && session
    })
    deepEqual([silent.key, silent.complete], [number, false])
  })

  it('shows what is wrong inside, which object is damaged, and an IV that came twice', async () => {
    await using ingest = await suite.start()
    const requests = hksvSession(number, init, [0, 1, 3, 4].map(segment)).map(
      ([path, body]): readonly [string, Buffer | string] => {
        if (path.endsWith('segment_1001.m4s')) return [path, sealed(segment(0), Buffer.alloc(16, 1))]
        if (path.endsWith('segment_1002.m4s')) return [path, sealed(segment(1), Buffer.alloc(16, 1))]
        return [path, path.endsWith('segment_1004.m4s') ? Buffer.from(body).fill(0, -1 + body.length) : body]
      },
    )
    await record(ingest, requests)
    const { verdict, damaged, repeated_ivs: ivs, findings } = await open(ingest, key)
    equal(verdict, 'some objects are damaged')
    deepEqual(
      damaged.map(({ path }) => path),
      [`session_${number}/video/segment_1004.m4s`],
    )
    deepEqual(
      ivs.map(({ path, iv }) => [path, iv]),
      [[`session_${number}/video/segment_1002.m4s`, '01'.repeat(16)]],
    )
    deepEqual(
      findings.map(({ code, path }) => [code, path]),
      [['tfdt-gap', `session_${number}/video/segment_1003.m4s`]],
    )
  })

  it('does not open with another key; a bad key is refused without a word of it', async () => {
    await using ingest = await suite.start()
    await record(ingest, hksvSession(number, init, [segment(0)]))
    const other = await open(ingest, { camera_key: 'f'.repeat(64) })
    deepEqual(
      [other.verdict, other.opened, other.damaged, other.key_id],
      ['the key does not fit', 0, [], null],
    )
    const body = JSON.stringify({ camera_key: 'secret' })
    const refused = await ingest.send('POST', `/sealed/1/${number}`, body)
    deepEqual([refused.status, refused.json.code], [400, 'request-malformed'])
    ok(!refused.text.includes('secret'))
    match(refused.json.detail, /camera_key must be 32 bytes in hex/)
    for (const key_number of ['-1', String(2n ** 64n)]) {
      const huge = await ingest.send('POST', `/sealed/1/${number}`, JSON.stringify({ ...key, key_number }))
      match(huge.json.detail, /key_number must be a whole number below 2\^64/)
    }
    const noWorker = await ingest.send('POST', `/sealed/1/${number}`, JSON.stringify({ ...key, probe: true }))
    deepEqual([noWorker.status, noWorker.json.code], [503, 'unavailable'])
    deepEqual((await open(ingest, { camera_key: 'f'.repeat(64), probe: true })).probes, [])
    equal((await ingest.send('POST', '/sealed/1/7', JSON.stringify(key))).status, 404)
    equal((await ingest.send('POST', '/sealed/9/7', JSON.stringify(key))).status, 404)
  })
})

async function record(ingest: Ingest, requests: ReturnType<typeof hksvSession>): Promise<number[]> {
  await ingest.send('POST', '/streams?interface=hksv&strict=true')
  const statuses: number[] = []
  for (const [path, body] of requests) statuses.push((await ingest.put(`/streams/1/${path}`, body)).status)
  return statuses
}

async function open(ingest: Ingest, body: object) {
  const { json } = await ingest.send('POST', `/sealed/1/${number}`, JSON.stringify(body))
  return openedSession.parse(json)
}

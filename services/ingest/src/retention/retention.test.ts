import { deepEqual, equal, ok } from 'node:assert/strict'
import { once } from 'node:events'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { chunk, ftyp, moov, styp } from '@pushav/shared/testing/media/boxes.ts'
import { until } from '@pushav/shared/testing/until.ts'
import { type Ingest, ingestSuite } from '../testing/ingest.ts'

const init = Buffer.concat([ftyp, moov()])
const segment = (sequence: number, at: number) =>
  Buffer.concat([styp('msdh', 'msix'), chunk({ sequence, at })])
const mpd = (type: string) => `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="${type}"/>`

async function pushSession(ingest: Ingest, number: number, isEnded: boolean): Promise<void> {
  const at = (path: string) => `/streams/1/session_${number}/${path}`
  await ingest.put(at('index.mpd'), mpd('dynamic'))
  await ingest.put(at('v/v.init'), init)
  for (const [i, name] of [1001, 1002, 1004, 1004].entries())
    await ingest.put(at(`v/segment_${name}.m4s`), segment(i + 1, i * 1_000))
  await ingest.put(at('v'), 'a file where a folder is')
  if (isEnded) await ingest.put(at('index.mpd'), mpd('static'))
}

/** Sessions 1 and 2 have ended, 3 is open. */
async function pushThree(ingest: Ingest): Promise<void> {
  await ingest.send('POST', '/streams?interface=dash')
  await pushSession(ingest, 1, true)
  await pushSession(ingest, 2, true)
  await pushSession(ingest, 3, false)
}

async function storedBytes(ingest: Ingest): Promise<number> {
  return (await ingest.get('/streams/1?summary=true')).json.bytes
}

async function responsesOf(ingest: Ingest): Promise<unknown> {
  const paths = [
    '/streams',
    '/streams?summary=true',
    '/streams/1/uploads',
    '/streams/1/uploads?format=minutes',
  ]
  const sessions = ['/sessions/1', '/streams/1/report', '/streams/1/report?session=3', '/devices']
  const bodies = ['session_1/index.mpd', 'session_1/v/segment_1001.m4s', 'session_3/v/segment_1001.m4s']
  const all = [...paths, ...sessions, ...bodies.map((path) => `/streams/1/${path}`)]
  return Promise.all(all.map(async (path) => [path, (await ingest.get(path)).text]))
}

const sessionsIn = async (ingest: Ingest): Promise<readonly string[]> =>
  (await ingest.get('/sessions/1')).json.sessions.map(({ id }: { id: unknown }) => String(id)).sort()

describe('retention', () => {
  const suite = ingestSuite()

  it('says what would go, and removes nothing of it', async () => {
    await using ingest = await suite.start({ RETENTION_BYTES: '1', RETENTION_INTERVAL: 'off' })
    await pushThree(ingest)
    const { json } = await ingest.get('/retention')
    deepEqual(
      json.would_remove.first.map(({ session, reason, uploads }: Record<string, unknown>) => [
        ...[session, reason, uploads],
      ]),
      [
        ['1', 'bytes', 8],
        ['2', 'bytes', 8],
      ],
    )
    deepEqual(json.policy, { max_age_ms: null, max_bytes: 1, min_free_bytes: null })
    equal(json.stored_bytes, await storedBytes(ingest))
    ok(json.free_bytes > 0)
    deepEqual(await sessionsIn(ingest), ['1', '2', '3'])
  })

  it('removes the oldest ended session, and the rest is as if it had never been', async () => {
    const bytes = await (async () => {
      await using ingest = await suite.start()
      await pushThree(ingest)
      return await storedBytes(ingest)
    })()
    const left = await (async () => {
      await using ingest = await suite.start({
        RETENTION_BYTES: String(bytes - 1),
        RETENTION_INTERVAL: '10ms',
      })
      await until('session 1 is gone', async () => (await sessionsIn(ingest)).join() === '2,3')
      equal((await ingest.get('/streams/1/session_1/v/segment_1001.m4s')).status, 404)
      equal((await ingest.get('/streams/1/session_2/v/segment_1001.m4s')).status, 200)
      const { json } = await ingest.get('/streams/1/uploads')
      equal(json.uploads.length, 15)
      equal((await readdir(join(suite.path(), 'uploads', '1'))).length, 15)
      ok((await storedBytes(ingest)) < bytes)
      for (const path of ['/streams/1', '/streams/1/uploads', '/streams/1/report'])
        ok(!(await ingest.get(path)).text.includes('session_1/'), path)
      return await responsesOf(ingest)
    })()
    await suite.flush()
    await rm(join(suite.path(), 'streams'), { recursive: true })
    await using ingest = await suite.start()
    deepEqual(await responsesOf(ingest), left)
  })

  it('never removes what belongs to an open session, however old and however large', async () => {
    await using ingest = await suite.start({
      ...{ RETENTION_AGE: '1ms', RETENTION_BYTES: '1', RETENTION_FREE: '1024TiB' },
      RETENTION_INTERVAL: '10ms',
    })
    await pushThree(ingest)
    await until('sessions 1 and 2 are gone', async () => (await sessionsIn(ingest)).join() === '3')
    for (const name of ['index.mpd', 'v/v.init', 'v/segment_1001.m4s'])
      equal((await ingest.get(`/streams/1/session_3/${name}`)).status, 200)
    equal((await ingest.get('/streams/1?summary=true')).json.uploads, 7)
  })

  it('counts each removal once where two processes remove at the same time', async () => {
    const rules = { RETENTION_AGE: '1ms', RETENTION_INTERVAL: '5ms' }
    {
      await using ingest = await suite.start()
      await pushThree(ingest)
    }
    await using one = await suite.start({ ...rules, INSTANCE: 'one' })
    await using _two = await suite.start({ ...rules, INSTANCE: 'two' })
    await until('sessions 1 and 2 are gone', async () => (await sessionsIn(one)).join() === '3')
    const { uploads, bytes } = (await one.get('/streams/1?summary=true')).json
    const left = (await one.get('/streams/1/uploads')).json.uploads
    equal(uploads, left.length)
    equal(
      bytes,
      left.reduce((sum: number, upload: { bytes: number }) => sum + upload.bytes, 0),
    )
  })

  it('leaves a session alone to which an upload is in flight', async () => {
    await using ingest = await suite.start({
      ...{ RETENTION_AGE: '1ms', RETENTION_INTERVAL: '10ms', SESSION_IDLE: '1ms' },
    })
    await ingest.send('POST', '/streams?interface=dash')
    const late = ingest.begin('PUT', '/streams/1/session_7/v/segment_1002.m4s')
    late.write(Buffer.alloc(100_000))
    await until(
      'it is in flight',
      async () => (await readdir(join(suite.path(), 'staging', 'one'))).length > 0,
    )
    await pushSession(ingest, 7, true)
    await ingest.put('/streams/1/session_8/index.mpd', mpd('dynamic'))
    await until('session 8 is gone', async () => !(await sessionsIn(ingest)).includes('8'))
    ok((await sessionsIn(ingest)).includes('7'))
    const responded = once(late, 'response')
    late.end()
    const [response] = await responded
    response.resume()
    equal(response.statusCode, 202)
    await until('session 7 is gone', async () => (await sessionsIn(ingest)).length === 0)
    equal((await ingest.get('/streams/1?summary=true')).json.bytes, 0)
  })
})

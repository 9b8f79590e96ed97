import { deepEqual, equal } from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { chunk, ftyp, mfra, moov, styp } from '@pushav/shared/testing/media/boxes.ts'
import { ingestSuite } from '../testing/ingest.ts'

const init = Buffer.concat([ftyp, moov()])
const segment = (sequence: number, at: number) =>
  Buffer.concat([styp('msdh', 'msix'), chunk({ sequence, at })])

describe('streams', () => {
  const suite = ingestSuite()

  it('finds that a path clashes, keeps both bodies, and lets it be once the other is deleted', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams?strict=true')
    const codesOf = async (path: string, body = init) =>
      (await ingest.put(`/streams/1/${path}`, body)).json.findings.map(({ code }: { code: string }) => code)
    deepEqual(await codesOf('a/v.mp4'), [])
    deepEqual(await codesOf('a'), ['path-clash'])
    deepEqual(await codesOf('a/v.mp4/b.mp4'), ['path-clash'])
    deepEqual(await codesOf('a/w.mp4'), [])
    equal((await ingest.get('/streams/1/a')).text, init.toString())
    equal((await ingest.get('/streams/1/a/v.mp4')).text, init.toString())
    for (const path of ['a/v.mp4', 'a/w.mp4'])
      equal((await ingest.send('DELETE', `/streams/1/${path}`)).status, 200)
    equal(existsSync(join(suite.path(), 'streams/1/a')), false)
    equal((await codesOf('a')).includes('path-clash'), false)
  })

  it('ends a track without taking the place of what came to its URL', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    const url = '/streams/1/Streams(v.cmfv)'
    await ingest.put(url, init)
    await ingest.put(url, segment(1, 0))
    equal((await ingest.put(url, mfra)).status, 202)
    equal((await ingest.get(url)).text, segment(1, 0).toString())
    const { sessions, valid_uploads: valid } = (await ingest.get('/streams/1')).json
    deepEqual([sessions[0].tracks.v.state, valid.length], ['completed', 1])
    equal((await ingest.get('/streams/1/uploads')).json.uploads.length, 3)
  })

  it('removes the folder of a deleted last object, never the stream (I2-03)', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    for (const path of ['x/y/v.mp4', 'x/w.mp4', 'z.mp4']) await ingest.put(`/streams/1/${path}`, init)
    const folders = () =>
      ['x/y', 'x', ''].map((folder) => existsSync(join(suite.path(), 'streams/1', folder)))
    await ingest.send('DELETE', '/streams/1/x/y/v.mp4')
    deepEqual(folders(), [false, true, true])
    for (const path of ['x/w.mp4', 'z.mp4']) await ingest.send('DELETE', `/streams/1/${path}`)
    deepEqual(folders(), [false, false, true])
    equal((await ingest.send('DELETE', '/streams/1/z.mp4')).status, 404)
  })

  it('is gone with its files after DELETE, and its id is never given again', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/2/v.mp4', init)
    for (const path of ['/streams/2/', '/streams/2//']) equal((await ingest.send('DELETE', path)).status, 400)
    equal((await ingest.get('/streams/2/v.mp4')).status, 200)
    equal((await ingest.send('DELETE', '/streams/2')).status, 200)
    for (const path of ['/streams/2', '/streams/2/v.mp4', '/streams/2/uploads', '/streams/2/report'])
      equal((await ingest.get(path)).status, 404, path)
    equal((await ingest.put('/streams/2/v.mp4', init)).status, 404)
    equal((await ingest.send('DELETE', '/streams/2')).status, 404)
    for (const place of ['uploads/2', 'streams/2', 'journals/2'])
      equal(existsSync(join(suite.path(), place)), false, place)
    equal((await ingest.send('POST', '/streams')).json.id, 3)
    deepEqual(
      (await ingest.get('/streams')).json.streams.map(({ id }: { id: number }) => id),
      [1, 3],
    )
  })

  it('answers 404, not 5xx, to an upload whose stream goes while it flows', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    const request = ingest.begin('PUT', '/streams/1/v.mp4', { 'transfer-encoding': 'chunked' })
    request.write(init)
    await ingest.send('DELETE', '/streams/1')
    request.end()
    const [response] = await once(request, 'response')
    response.resume()
    equal(response.statusCode, 404)
    equal(existsSync(join(suite.path(), 'uploads/1')), false)
  })

  it('filters the wire log by session, track and severity, a page at a time', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams?interface=dash')
    for (const track of ['v', 'w']) await ingest.put(`/streams/1/session_1/${track}/${track}.init`, init)
    for (let i = 0; i < 5; i++)
      await ingest.put(`/streams/1/session_1/v/segment_${1001 + i * 2}.m4s`, segment(1001 + i, i * 100))
    const pathsOf = async (query: string) => {
      const { uploads, next_cursor: next } = (await ingest.get(`/streams/1/uploads?${query}`)).json
      return [uploads.map(({ path }: { path: string }) => path.replace('session_1/', '')), next]
    }
    deepEqual(await pathsOf('track=w'), [['w/w.init'], null])
    deepEqual(await pathsOf('track=v&limit=2'), [['v/v.init', 'v/segment_1001.m4s'], 3])
    deepEqual(await pathsOf('track=v&limit=2&cursor=3'), [['v/segment_1003.m4s', 'v/segment_1005.m4s'], 5])
    deepEqual(await pathsOf('severity=note'), [[], null])
    equal((await pathsOf('severity=error'))[0]?.length, 7)
    equal((await pathsOf('session=2'))[0]?.length, 0)
    equal((await ingest.get('/streams/1/uploads?severity=loud')).status, 400)
    const { uploads } = (await ingest.get('/streams/1/uploads?limit=1')).json
    deepEqual([uploads[0].probe, uploads[0].track], ['pending', 'v'])
  })

  it('shows a session as silent once it was silent for long enough, without another upload', async () => {
    await using ingest = await suite.start({ SESSION_IDLE: '0ms' })
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/v.mp4', init)
    const [session] = (await ingest.get('/streams/1')).json.sessions
    deepEqual([session.phase, session.complete], ['silent', true])
  })

  it('takes its interface from the query, else from a JSON body', async () => {
    await using ingest = await suite.start()
    const json = { 'content-type': 'application/json' }
    const interfaceOf = async (path: string, body: string) =>
      (await ingest.send('POST', path, body, json)).json.interface
    equal(await interfaceOf('/streams', '{"interface":"dash","strict":true}'), 'dash')
    equal(await interfaceOf('/streams?interface=hls', '{"interface":"dash"}'), 'hls')
    equal(await interfaceOf('/streams', '{}'), 'cmaf-ingest')
    equal((await ingest.send('POST', '/streams', '{"interface":"x"}', json)).status, 422)
    equal((await ingest.send('POST', '/streams', '{"strict":"maybe"}', json)).status, 400)
  })

  it('names what is wrong with a query in one line', async () => {
    await using ingest = await suite.start()
    const { detail } = (await ingest.get('/streams?summary=true&limit=many')).json
    equal(detail, 'the query is not as expected: limit must be a number')
  })

  it('pages through whole streams where a limit is given, and lists all otherwise', async () => {
    await using ingest = await suite.start()
    for (let i = 0; i < 3; i++) await ingest.send('POST', '/streams')
    const list = async (query: string) => {
      const { streams, ...rest } = (await ingest.get(`/streams${query}`)).json
      return [streams.map(({ id }: { id: number }) => id), rest]
    }
    deepEqual(await list(''), [[1, 2, 3], {}])
    deepEqual(await list('?limit=2'), [[1, 2], { next_cursor: 2 }])
    deepEqual(await list('?limit=2&cursor=2'), [[3], { next_cursor: null }])
  })

  it('pages through streams in numbers', async () => {
    await using ingest = await suite.start()
    for (let i = 0; i < 3; i++) await ingest.send('POST', '/streams')
    await ingest.put('/streams/2/v.mp4', init)
    await ingest.put('/streams/2/note.txt', 'x')
    const first = (await ingest.get('/streams?summary=true&limit=2')).json
    const second = (await ingest.get(`/streams?summary=true&limit=2&cursor=${first.next_cursor}`)).json
    deepEqual(
      [...first.streams, ...second.streams].map(({ id, uploads, error_uploads: errors, objects }) => [
        id,
        uploads,
        errors,
        objects,
      ]),
      [
        [1, 0, 0, 0],
        [2, 2, 1, 2],
        [3, 0, 0, 0],
      ],
    )
    equal(second.next_cursor, null)
  })
})

import { deepEqual, equal, fail, match, ok, rejects } from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { encodeOutcome } from '@pushav/shared/outcome-codec.ts'
import { probeOutcomesKey } from '@pushav/shared/probe-job.ts'
import { chunk, ftyp, moov, styp } from '@pushav/shared/testing/media/boxes.ts'
import { ingestSuite } from './testing/ingest.ts'

const init = Buffer.concat([ftyp, moov()])
const segment = (sequence: number, at: number) =>
  Buffer.concat([styp('msdh', 'msix'), chunk({ sequence, at })])

describe('ingest', () => {
  const suite = ingestSuite()

  it('keeps what it answers 202 to, byte for byte, and lists it', async () => {
    await using ingest = await suite.start()
    equal((await ingest.send('POST', '/streams', '{}')).json.id, 1)
    const body = init
    const { status, json } = await ingest.put('/streams/1/session_1/video/video.init', body)
    equal(status, 202)
    equal(json.sha256, createHash('sha256').update(body).digest('hex'))
    deepEqual(json.findings, [])
    deepEqual(await readFile(join(suite.path(), 'uploads', '1', json.upload_id)), body)
    const { streams } = (await ingest.get('/streams')).json
    deepEqual(streams[0].valid_uploads, [
      { session_id: 1, session: '1', file_path: 'session_1/video/video.init' },
    ])
    equal(streams[0].creator, suite.device().fingerprint)
    const [session] = streams[0].sessions
    deepEqual(session.uploaded_segments, [['session_1/video/video.init', 'session_1/video/video.init.crt']])
    deepEqual(session.tracks.video, { name: 'video', state: 'init_uploaded', segment_count: 0 })
    equal((await ingest.get('/streams/1/session_1/video/video.init')).text, body.toString())
  })

  it('refuses whoever does not know the secret of the proxy', async () => {
    await using ingest = await suite.start()
    const answer = await ingest.send('GET', '/streams', undefined, { 'x-proxy-secret': '0'.repeat(64) })
    deepEqual([answer.status, answer.json.code], [403, 'proxy-authentication-failed'])
    equal((await ingest.send('GET', '/healthz', undefined, { 'x-proxy-secret': '' })).status, 200)
  })

  it('says in a sentence which setting it cannot use', async () => {
    const store = { STORE: 's3://bucket/prefix' }
    const cases: readonly [NodeJS.ProcessEnv, RegExp][] = [
      [{ HANDOVER_FILE: suite.path() }, /^HANDOVER_FILE: .* cannot be written \(EISDIR\)$/],
      [{ HANDOVER_FILE: '/dev/null/x' }, /^HANDOVER_FILE: .* cannot be written \(EEXIST\)$/],
      [{ CLIENT_CA: '/dev/zero' }, /^CLIENT_CA: \/dev\/zero is no file$/],
      [{ KEYLOG: suite.path() }, /^KEYLOG: .* cannot be written \(EISDIR\)$/],
      [{ ...store, STORE_PASSPHRASE_FILE: suite.path() }, /^STORE_PASSPHRASE_FILE: .* is no file$/],
      [{ INGEST_LISTEN: 'unix:/none/x' }, /^INGEST_LISTEN: cannot listen on \/none\/x \((EACCES|ENOENT)\)$/],
    ]
    for (const [settings, message] of cases)
      await rejects(suite.start(settings), { name: 'UnusableSetting', message })
  })

  it('gives 32 streams made at once 32 ids', async () => {
    await using ingest = await suite.start()
    const made = await Promise.all(Array.from({ length: 32 }, () => ingest.send('POST', '/streams')))
    equal(new Set(made.map(({ json }) => json.id)).size, 32)
    equal((await ingest.get('/streams')).json.streams.length, 32)
  })

  it('keeps both of two uploads to one path at once, and shows the last', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    const answers = await Promise.all(['one', 'two'].map((text) => ingest.put('/streams/1/x.m4s', text)))
    equal((await readdir(join(suite.path(), 'uploads', '1'))).length, 2)
    const shown = await ingest.get('/streams/1/x.m4s')
    const ids = answers.map(({ json }) => json.upload_id)
    for (const [i, text] of ['one', 'two'].entries()) {
      equal((await ingest.get(`/streams/1/x.m4s?version=${ids[i]}`)).text, text)
    }
    equal(shown.headers.etag, `"${ids[['one', 'two'].indexOf(shown.text)]}"`)
  })

  it('answers range, conditional and HEAD requests', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/a.cmfv', '0123456789')
    const range = await ingest.send('GET', '/streams/1/a.cmfv', undefined, { range: 'bytes=2-4' })
    deepEqual([range.status, range.text, range.headers['content-range']], [206, '234', 'bytes 2-4/10'])
    const head = await ingest.send('HEAD', '/streams/1/a.cmfv')
    deepEqual(
      [head.status, head.text, head.headers['content-length'], head.headers['content-type']],
      [200, '', '10', 'video/mp4'],
    )
    const same = await ingest.send('GET', '/streams/1/a.cmfv', undefined, {
      'if-none-match': head.headers.etag,
    })
    equal(same.status, 304)
  })

  it('keeps a body that was cut off, and never shows it at its path', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/x.m4s', init)
    const cut = ingest.begin('PUT', '/streams/1/x.m4s', { 'content-length': '100' })
    cut.on('error', () => undefined)
    cut.write('only this')
    const staged = join(suite.path(), 'staging', 'one')
    await until(async () => (await readdir(staged)).some((name) => name.endsWith('.json')))
    cut.destroy()
    await until(async () => (await ingest.get('/streams/1')).json.error_uploads.length === 1)
    const [error] = (await ingest.get('/streams/1')).json.error_uploads
    match(error.reasons[0], /expected a body of 100 bytes; the connection was lost after 9 bytes/)
    equal((await ingest.get('/streams/1/x.m4s')).text, init.toString())
    deepEqual(await readdir(staged), [])
    await ingest.put('/streams/1/x.m4s', init)
    deepEqual((await ingest.get('/streams/1')).json.error_uploads, [])
  })

  it('answers 202 while Redis is away, and judges when it is back (I2-12)', async () => {
    await using ingest = await suite.start({ VERDICT_WAIT: '50ms' })
    await ingest.send('POST', '/streams')
    await suite.redis().kill()
    const { status, json } = await ingest.put('/streams/1/x.m4s', init)
    deepEqual([status, json.verdict], [202, 'pending'])
    equal((await ingest.get('/streams/1/x.m4s')).text, init.toString())
    equal((await ingest.get('/streams/1')).status, 503)
    await suite.redis().start()
    await until(async () => (await ingest.get('/streams/1')).json.valid_uploads?.length === 1)
  })

  it('gives the same answers after FLUSHALL and a restart', async () => {
    let before: unknown
    {
      await using ingest = await suite.start()
      await ingest.send('POST', '/streams?interface=hls&strict=true', '{}')
      await ingest.put('/streams/1/a/x.m4s', 'one')
      await ingest.put('/streams/1/a/y.m4s', 'two')
      await ingest.send('DELETE', '/streams/1/a/y.m4s')
      await ingest.send('POST', '/streams/1/expectedTrackNames', '{"expected_track_names":["video"]}', {
        'content-type': 'application/json',
      })
      before = (await ingest.get('/streams')).json
    }
    await suite.flush()
    await using ingest = await suite.start()
    deepEqual((await ingest.get('/streams')).json, before)
    equal((await ingest.send('POST', '/streams')).json.id, 2)
  })

  it('answers 400 on a strict stream to an upload without a certificate, and keeps it', async () => {
    await using ingest = await suite.start({ STRICT_MODE: 'true', COMPAT: '1.5' })
    await ingest.send('POST', '/streams')
    const { status, json } = await ingest.put('/streams/1/x.m4s', init, { 'x-client-verify': 'NONE' })
    deepEqual([status, json.findings[0].code, json.errors.length], [400, 'client-certificate-missing', 1])
    equal((await ingest.get('/streams/1/x.m4s')).text, init.toString())
    const [error] = (await ingest.get('/streams/1')).json.error_uploads
    deepEqual([error.file_path, error.reasons], ['x.m4s', json.errors])
    const { invalid_files } = (await ingest.get('/streams/1')).json
    deepEqual(invalid_files, [{ file_path: 'x.m4s', validation_error_reason: json.errors.join('; ') }])
  })

  it('withdraws in the report what was said to be missing and came', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams?interface=cmaf-ingest', '{}')
    const timeline = '<SegmentTimeline><S t="0" d="100" r="2"/></SegmentTimeline>'
    const template = `<SegmentTemplate timescale="100" initialization="v/init.mp4" media="v/$Number$.m4s">${timeline}</SegmentTemplate>`
    const mpd = `<MPD type="static"><Period><AdaptationSet>${template}<Representation id="v"/></AdaptationSet></Period></MPD>`
    const rowOf = async () => {
      const { json } = await ingest.get('/streams/1/report')
      const row = json.rules.find(({ code }: { code: string }) => code === 'manifest-names-missing-segments')
      return [row.result, row.count, row.uploads.length]
    }
    await ingest.put('/streams/1/v/init.mp4', init)
    await ingest.put('/streams/1/v/1.m4s', segment(1, 0))
    await ingest.put('/streams/1/end.mpd', mpd)
    await ingest.put('/streams/1/v/2.m4s', segment(2, 100))
    deepEqual(await rowOf(), ['violated', 1, 1])
    await ingest.put('/streams/1/v/3.m4s', segment(3, 200))
    deepEqual(await rowOf(), ['met', 0, 0])
  })

  it('names what a camera did wrong: a segment that is missing, a repeated one, a number too low', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams?interface=dash', '{}')
    const mpd = '<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="dynamic"><Period/></MPD>'
    const codesOf = async (path: string, body: Buffer | string) => {
      const { json } = await ingest.put(`/streams/1/session_1/${path}`, body)
      return json.findings.filter(notANote).map(({ code }: { code: string }) => code)
    }
    const notANote = ({ severity, rule }: { severity: string; rule: string }) =>
      severity === 'error' && rule === 'matter'
    deepEqual(await codesOf('index.mpd', mpd), [])
    deepEqual(await codesOf('video/video.init', init), [])
    deepEqual(await codesOf('video/segment_1001.m4s', segment(1, 0)), [])
    deepEqual(await codesOf('video/segment_1003.m4s', segment(2, 100)), ['segment-number-gap'])
    deepEqual(await codesOf('video/segment_1004.m4s', segment(3, 200)), [])
    deepEqual(await codesOf('video/segment_1000.m4s', segment(4, 300)), ['segment-number-low'])
    const { json } = await ingest.get('/streams/1/report?session=1')
    const row = json.rules.find(({ code }: { code: string }) => code === 'segment-number-gap')
    deepEqual([row.result, row.count], ['violated', 1])
    equal(json.rules.find(({ code }: { code: string }) => code === 'mpd-path').result, 'met')
    equal(json.rules.find(({ code }: { code: string }) => code === 'hls-path').result, 'not-exercised')
  })

  it('pages through the wire log in arrival order', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    for (const name of ['a', 'b', 'c']) await ingest.put(`/streams/1/${name}.mp4`, init)
    const first = (await ingest.get('/streams/1/uploads?limit=2')).json
    const second = (await ingest.get(`/streams/1/uploads?limit=2&cursor=${first.next_cursor}`)).json
    const paths = [...first.uploads, ...second.uploads].map(({ path }: { path: string }) => path)
    deepEqual([paths, second.next_cursor], [['a.mp4', 'b.mp4', 'c.mp4'], null])
    equal(first.uploads[0].sender.address, '192.0.2.7')
    equal((await ingest.get('/streams/1/uploads?limit=-1')).status, 400)
  })

  it('takes an empty body for a probe of the publishing point and stores nothing', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    for (const path of ['/streams/1', '/streams/1/', '/streams/1/null']) {
      for (const headers of [{ 'content-length': '0' }, { 'transfer-encoding': 'chunked' }]) {
        equal((await ingest.send('POST', path, undefined, headers)).status, 200)
      }
    }
    deepEqual(await readdir(join(suite.path(), 'uploads', '1')), [])
    deepEqual(await readdir(join(suite.path(), 'staging', 'one')), [])
    equal((await ingest.put('/streams/1/', 'bytes without a name')).status, 400)
  })

  it('answers bad input with 4xx in words and keeps the others', async () => {
    await using ingest = await suite.start({ MAX_UPLOAD: '1KiB' })
    await ingest.send('POST', '/streams')
    const cases: [string, string, string, number][] = [
      ['PUT', '/streams/9/x.m4s', 'x', 404],
      ['PUT', '/streams/abc/x.m4s', 'x', 404],
      ['PUT', '/streams/01/x.m4s', 'x', 404],
      ['PUT', '/streams/1/../2/x.m4s', 'x', 403],
      ['PUT', '/streams/1/%2e%2e/x.m4s', 'x', 403],
      ['PUT', '/streams/1/..%2fx.m4s', 'x', 403],
      ['PUT', '/streams/1/a%5cb', 'x', 403],
      ['PUT', '/streams/1/x%00y', 'x', 403],
      ['PUT', `/streams/1/${'n'.repeat(300)}`, 'x', 400],
      ['PUT', '/streams/1/%zz', 'x', 400],
      ['PUT', '/streams/1/big.m4s', 'x'.repeat(1_025), 413],
      ['POST', '/streams?interface=rtmp', '', 422],
      ['POST', '/streams?strict=maybe', '', 400],
      ['POST', '/streams/1/trackName', '{"track', 400],
      ['POST', '/streams/1/trackName', '{"other":1}', 400],
      ['GET', '/streams/1/absent.m4s', '', 404],
      ['GET', '/streams/1/../../handover.json', '', 403],
      ['GET', '/streams/7', '', 404],
      ['GET', '/probe/1/absent.m4s', '', 404],
      ['DELETE', '/streams/1/absent.m4s', '', 404],
      ['GET', '/nothing/here', '', 404],
    ]
    for (const [method, path, body, status] of cases) {
      const answer = await ingest.send(method, path, body, { 'content-type': 'application/json' })
      equal(answer.status, status, `${method} ${path}`)
      ok(answer.json.detail.length > 10, `${method} ${path}`)
    }
    const unframed = ingest
      .begin('PUT', '/streams/1/big.m4s', { 'transfer-encoding': 'chunked' })
      .end('x'.repeat(1_025))
    equal((await once(unframed, 'response'))[0].statusCode, 413)
    equal((await ingest.put('/streams/1/fine.m4s', 'x')).status, 202)
    deepEqual(await readdir(join(suite.path(), 'staging', 'one')), [])
  })

  it('names what was given, what is allowed, and a stream that is not there', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    const cases: [method: string, path: string, code: string, detail: RegExp][] = [
      ['POST', '/streams?interface=rtmp', 'interface-unknown', /cmaf-ingest, dash.*, but is "rtmp"/],
      ['POST', '/streams?strict=maybe', 'request-malformed', /strict must be true or false, but is "maybe"/],
      ['GET', '/probe/7/a.m4s', 'stream-unknown', /no stream 7/],
      ['GET', '/probe/1/a.m4s', 'object-unknown', /stream 1 has no object at a\.m4s/],
      ['PUT', '/streams/1', 'path-malformed', /names no object: expected \/streams\/<id>\/<path>/],
      ['PUT', '/a.m4s', 'not-found', /uploads go to \/streams\/<id>\/<path>/],
    ]
    for (const [method, path, code, detail] of cases) {
      const { json } = await ingest.send(method, path, method === 'GET' ? '' : 'x')
      equal(json.code, code, path)
      match(json.detail, detail)
    }
  })

  it('says no before the body when the sender waits for 100-continue, and continues otherwise', async () => {
    await using ingest = await suite.start({ MAX_UPLOAD: '1KiB' })
    await ingest.send('POST', '/streams')
    const refused = ingest.begin('PUT', '/streams/9/x', { expect: '100-continue', 'content-length': '5' })
    refused.flushHeaders()
    equal((await once(refused, 'response'))[0].statusCode, 404)
    refused.destroy()
    const large = ingest.begin('PUT', '/streams/1/x', { expect: '100-continue', 'content-length': '2048' })
    large.on('continue', () => fail('asked for a body that is too large'))
    large.flushHeaders()
    equal((await once(large, 'response'))[0].statusCode, 413)
    large.destroy()
    const wanted = ingest.begin('PUT', '/streams/1/x', { expect: '100-continue', 'content-length': '5' })
    wanted.flushHeaders()
    await once(wanted, 'continue')
    wanted.end('12345')
    equal((await once(wanted, 'response'))[0].statusCode, 202)
  })

  it('keeps both objects whose paths clash, and serves both', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    for (const path of ['a', 'a/b', 'c/d', 'c'])
      equal((await ingest.put(`/streams/1/${path}`, path)).status, 202)
    for (const path of ['a', 'a/b', 'c/d', 'c']) equal((await ingest.get(`/streams/1/${path}`)).text, path)
  })

  it('says which certificate brought an object', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/x.m4s', 'x')
    const { json } = await ingest.get('/streams/1/x.m4s.crt')
    deepEqual([json.subject, json.fingerprint_sha256], ['CN=cam', suite.device().fingerprint])
  })

  it('lets no object take the place of the certificate that another one came with', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    const forged = JSON.stringify({ subject: 'CN=other' })
    const anonymous = { 'x-client-verify': 'NONE' }
    const { json: early } = await ingest.put('/streams/1/x.m4s.crt', forged)
    equal((await ingest.get('/streams/1/x.m4s.crt')).text, forged)
    const { json: sent } = await ingest.put('/streams/1/x.m4s', 'x')
    await ingest.put('/streams/1/y.m4s', 'y', anonymous)
    await ingest.put('/streams/1/y.m4s.crt', forged)
    equal((await ingest.get('/streams/1/x.m4s.crt')).json.subject, 'CN=cam')
    equal((await ingest.get('/streams/1/y.m4s.crt')).status, 404)
    equal((await ingest.get(`/streams/1/x.m4s.crt?version=${early.upload_id}`)).text, forged)
    const { json } = await ingest.get(`/uploads/1/${sent.upload_id}/certificate`)
    deepEqual([json.subject, json.fingerprint_sha256], ['CN=cam', suite.device().fingerprint])
    equal((await ingest.get('/uploads/1/unknown/certificate')).status, 404)
    const written = await ingest.put(`/uploads/1/${sent.upload_id}/certificate`, forged)
    equal(written.status, 405)
  })

  it('waits for a probe that is under way, and says how far it is when it takes too long', async () => {
    await using ingest = await suite.start({ PROBE_WAIT: '10ms' })
    await ingest.send('POST', '/streams')
    const { json } = await ingest.put('/streams/1/x.m4s', 'OggS')
    const pending = await ingest.get('/probe/1/x.m4s')
    deepEqual(
      [pending.status, pending.json, pending.headers['retry-after']],
      [202, { status: 'queued' }, '1'],
    )
    const { Redis } = await import('ioredis')
    const client = new Redis(suite.redis().path)
    const done = encodeOutcome({ state: 'done', probe: { streams: [] } })
    await client.hset(probeOutcomesKey('1'), json.upload_id, done)
    deepEqual((await ingest.get('/probe/1/x.m4s')).json, { streams: [] })
    const failed = { message: 'no', stderr: 'Invalid data', command: 'ffprobe x.m4s' }
    const kept = encodeOutcome({ state: 'failed', ...failed })
    await client.hset(probeOutcomesKey('1'), json.upload_id, kept)
    const answer = await ingest.get('/streams/probe/1/x.m4s')
    deepEqual([answer.status, answer.json.detail.stderr], [422, 'Invalid data'])
    await client.quit()
  })

  it('says itself what is no media, at once and without a job', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/x.m4s', 'x')
    await ingest.put('/streams/1/x.mpd', '<MPD/>')
    for (const [path, what] of [
      ['x.m4s', /no media format/],
      ['x.mpd?refresh=true', /an MPD/],
    ] as const) {
      const { status, json } = await ingest.get(`/probe/1/${path}`)
      deepEqual([status, json.code], [422, 'not-media'])
      match(json.detail, what)
    }
    const { json } = await ingest.get('/streams/1/uploads')
    deepEqual(
      json.uploads.map(({ probe }: { probe: string }) => probe),
      ['not-media', 'not-media'],
    )
  })
})

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise(setImmediate)
}

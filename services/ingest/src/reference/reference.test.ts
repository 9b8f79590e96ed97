import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { referenceReport, referenceVerdict } from '@pushav/shared/api/reference.ts'
import { stream as streamSchema } from '@pushav/shared/api/streams.ts'
import { chunk, ftyp, moov } from '@pushav/shared/testing/media/boxes.ts'
import { type Ingest, ingestSuite } from '../testing/ingest.ts'

const init = Buffer.concat([ftyp, moov()])
const mpd = (type: string) =>
  `<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="${type}"/>`

describe('the reference beside this server', () => {
  const suite = ingestSuite()

  it('is told in the report and of an upload, with the reason why this server decides otherwise', async () => {
    await using ingest = await suite.start()
    await record(ingest, [1001, 1004, 1005, 1006])
    const { json } = await ingest.get('/streams/1/report?reference=true')
    const report = referenceReport.parse(json.reference)
    deepEqual([report.accepted, report.refused, report.error_uploads], [3, 3, 3])
    deepEqual(report.sessions[0]?.tracks, {
      video: { name: 'video', state: 'segments_uploading', segment_count: 4 },
    })
    const gap = report.differences.find(({ code }) => code === 'number-gap')
    deepEqual([gap?.code, gap?.count, gap?.examples.length], ['number-gap', 2, 2])
    match(gap?.ours ?? '', /expects the number after the received one/)
    const facts = await ingest.get(`/uploads/1/${gap?.examples[0]?.upload}/facts?reference=true`)
    const verdict = referenceVerdict.parse(facts.json.reference)
    deepEqual([verdict.accepted, verdict.status, verdict.session_id], [false, 202, 1])
    deepEqual(verdict.reasons, [
      { code: 'segment-number-gap', message: 'expected segment_1003, received segment_1005' },
    ])
    equal(verdict.difference?.code, 'number-gap')
    equal((await ingest.get('/streams/1/report')).json.reference, undefined)
  })

  it('goes on where it was, and reads a session of this server alone', async () => {
    await using ingest = await suite.start()
    await record(ingest, [1001, 1003])
    const before = await referenceOf(ingest)
    await put(ingest, 'session_1/video/segment_1004.m4s', segment(3))
    const after = await referenceOf(ingest, '&session=1')
    deepEqual([before.accepted + before.refused, after.accepted + after.refused], [4, 5])
    deepEqual(
      after.differences.map(({ code, count }) => [code, count]),
      [
        ['media', 1],
        ['number-gap', 1],
      ],
    )
    equal((await ingest.get('/streams/1/report?reference=true&session=9')).status, 404)
    await suite.flush()
    await using again = await suite.start({ INSTANCE: 'two' })
    deepEqual(await referenceOf(again, '&session=1'), after)
  })

  it('goes by the names that were expected when an upload came', async () => {
    await using ingest = await suite.start()
    await record(ingest, [])
    await ingest.send('POST', '/streams/1/expectedTrackNames', '{"expected_track_names":["audio"]}')
    await put(ingest, 'session_1/video/segment_1001.m4s', segment(0))
    await ingest.send('POST', '/streams/1/trackName', '{"track_name":""}')
    await put(ingest, 'session_1/video/segment_1002.m4s', segment(1))
    const { accepted, refused } = await referenceOf(ingest)
    deepEqual([accepted, refused], [3, 1])
  })

  it('knows what the reference never keeps', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams?interface=dash')
    await put(ingest, 'session_1/index.mpd', '<MPD')
    await put(ingest, 'session_1/notes', 'text')
    const { differences, valid_uploads: valid, error_uploads: wrong } = await referenceOf(ingest)
    deepEqual(
      differences.map(({ code }) => code),
      ['malformed-mpd', 'not-routed'],
    )
    deepEqual([valid, wrong], [0, 0])
  })

  it('responds and lists as the reference would where it is the judge', async () => {
    await using ingest = await suite.start({ JUDGE: 'reference', STRICT_MODE: 'true' })
    equal((await ingest.get('/about')).json.judge, 'reference')
    const responses = await record(ingest, [1001, 1003, 1004])
    deepEqual(
      responses.map(({ status, text }) => [status, text.trim()]),
      [
        [202, ''],
        [202, ''],
        [202, ''],
        [400, '{"errors":["expected segment_1002, received segment_1003"]}'],
        [400, '{"errors":["expected segment_1003, received segment_1004"]}'],
      ],
    )
    equal((await put(ingest, 'session_1/index.mpd', 'no manifest')).status, 500)
    equal((await put(ingest, 'session_1/notes', 'text')).status, 405)
    const found = (await ingest.get('/streams/1')).json
    streamSchema.parse(found)
    deepEqual(found.valid_files, [
      'session_1/index.mpd',
      'session_1/video/video.init',
      'session_1/video/segment_1001.m4s',
    ])
    deepEqual(
      found.error_uploads.map(({ file_path: path }: { file_path: string }) => path),
      ['session_1/video/segment_1003.m4s', 'session_1/video/segment_1004.m4s'],
    )
    deepEqual(found.invalid_files[0].validation_error_reason, found.error_uploads[0].reasons[0])
    deepEqual(found.sessions[0].tracks.video.segment_count, 3)
    const [all] = (await ingest.get('/streams')).json.streams
    deepEqual(all, found)
  })

  it('shows the first verdict of a path for ever where it is the judge', async () => {
    await using ingest = await suite.start({ JUDGE: 'reference', STRICT_MODE: 'true' })
    await record(ingest, [])
    const early = 'session_1/video/segment_1002.m4s'
    equal((await put(ingest, early, segment(1))).status, 400)
    equal((await put(ingest, early, segment(2))).status, 202)
    const { error_uploads: wrong } = (await ingest.get('/streams/1')).json
    deepEqual(
      wrong.map(({ file_path: path }: { file_path: string }) => path),
      [early],
    )
  })

  it('finds every HLS segment without its duration, as the reference does', async () => {
    await using ingest = await suite.start({ STRICT_MODE: 'true' })
    await ingest.send('POST', '/streams?interface=hls')
    const [head, start] = ['session_1/index.m3u8', 'session_1/video/index.m3u8']
    await put(ingest, head, '#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1,CODECS="avc1.4d401f"\nvideo/index.m3u8\n')
    await put(ingest, start, '#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXT-X-MAP:URI="video.init"\n')
    await put(ingest, 'session_1/video/video.init', init)
    const headers = { 'X-EXTINF-duration': '1' }
    await put(ingest, 'session_1/video/segment_1001.m4s', segment(0), headers)
    const { differences } = await referenceOf(ingest)
    ok(
      differences.some(({ code }) => code === 'header-case'),
      JSON.stringify(differences),
    )
  })

  const segment = (nth: number) => chunk({ sequence: nth + 1, at: nth * 1_000 })

  async function record(ingest: Ingest, numbers: readonly number[]) {
    await ingest.send('POST', '/streams?interface=dash')
    const responses = [
      await put(ingest, 'session_1/index.mpd', mpd('dynamic')),
      await put(ingest, 'session_1/video/video.init', init),
    ]
    for (const [nth, number] of numbers.entries())
      responses.push(await put(ingest, `session_1/video/segment_${number}.m4s`, segment(nth)))
    return responses
  }
})

const put = (ingest: Ingest, path: string, body: Buffer | string, headers = {}) =>
  ingest.put(`/streams/1/${path}`, body, headers)

async function referenceOf(ingest: Ingest, query = '') {
  const { json } = await ingest.get(`/streams/1/report?reference=true${query}`)
  return referenceReport.parse(json.reference)
}

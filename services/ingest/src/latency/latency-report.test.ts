import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { latency as latencySchema } from '@pushav/shared/api/latency.ts'
import { box, chunk, ftyp, moov, u32 } from '@pushav/shared/testing/media/boxes.ts'
import { ingestSuite } from '../testing/ingest.ts'

const init = Buffer.concat([ftyp, moov()])
const ntpEpoch = 2_208_988_800
/** The time of the first sample, in whole seconds. */
const madeAt = (ms: number, decodeTime: number) =>
  box('prft', u32(0x0100_0018, 1, Math.floor(ms / 1_000) + ntpEpoch, 0, 0, decodeTime))
const segment = (nth: number, ms: number) =>
  Buffer.concat([madeAt(ms, nth * 1_000), chunk({ sequence: nth + 1, at: nth * 1_000 })])

describe('the latency in a report', () => {
  const suite = ingestSuite()

  it('is that of each track, and of a segment in the wire log; a clock that is ahead is a finding', async () => {
    await using ingest = await suite.start()
    await ingest.send('POST', '/streams')
    await ingest.put('/streams/1/session_1/video/video.init', init)
    const madeMs = Date.now() - 60_000
    for (const nth of [0, 1])
      await ingest.put(
        `/streams/1/session_1/video/segment_${1_001 + nth}.m4s`,
        segment(nth, madeMs + nth * 1_000),
      )
    const report = (await ingest.get('/streams/1/report?latency=true')).json
    const [track, ...others] = latencySchema.parse(report.latency)
    deepEqual(
      [track?.session, track?.track, track?.source, track?.segments, others],
      ['1', 'video', 'prft', 2, []],
    )
    // Made a minute ago and of 1 s each; the machine may be slow.
    ok((track?.min_ms ?? 0) >= 57_000, JSON.stringify(track))
    deepEqual((await ingest.get('/streams/1/report?latency=true&session=1')).json.latency, report.latency)
    equal((await ingest.get('/streams/1/report')).json.latency, undefined)
    const { uploads } = (await ingest.get('/streams/1/uploads')).json
    ok(uploads[1].media.latency_ms >= 57_000)
    const ahead = await ingest.put(
      '/streams/1/session_1/video/segment_1003.m4s',
      segment(2, Date.parse('2035-01-01T00:00:00Z')),
    )
    const found = ahead.json.findings.find(
      ({ code }: { code: string }) => code === 'producer-time-impossible',
    )
    match(found.message, /received 2035-01-01T00:00:00\.000Z/)
  })
})

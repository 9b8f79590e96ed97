import { deepEqual, equal, match } from 'node:assert/strict'
import { comparison, reportMetrics } from '@pushav/shared/api/evidence/compare.ts'
import { chunk, ftyp, moov } from '@pushav/shared/testing/media/boxes.ts'
import { type Ingest, ingestSuite } from '../testing/ingest.ts'

const init = Buffer.concat([ftyp, moov()])

describe('GET /compare', () => {
  const suite = ingestSuite()

  it('finds a recording equal to itself and names what is worse in another one', async () => {
    await using ingest = await suite.start()
    await record(ingest, [1_001, 1_002, 1_003])
    await record(ingest, [1_001, 1_003, 1_003])
    for (const query of ['a=1&b=1', 'a=1/session_1&b=1/1']) {
      const { counts, verdict } = await compare(ingest, query)
      deepEqual([verdict, counts.worse + counts.better + counts.different], ['equal', 0], query)
    }
    const { a, b, verdict, rows } = await compare(ingest, 'a=1&b=2/session_1')
    deepEqual(
      [a, b],
      [
        { stream_id: 1, session: null, uploads: 4 },
        { stream_id: 2, session: '1', uploads: 4 },
      ],
    )
    equal(verdict, 'worse')
    const worse = rows.filter(({ verdict }) => verdict === 'worse').map(({ name }) => name)
    // Latencies are those of this machine, which may be busy.
    const ofCamera = worse.filter((name) => !name.startsWith('latency '))
    deepEqual(ofCamera, ['tfdt-gap', 'with_warnings', 'retries'])
  })

  it('has the metrics of a report', async () => {
    await using ingest = await suite.start()
    await record(ingest, [1_001, 1_002])
    const { json } = await ingest.get('/streams/1/report?metrics=true&session=1')
    const { tracks, ...metrics } = reportMetrics.parse(json.metrics)
    const bytes = init.length + segment(1_001).length + segment(1_002).length
    deepEqual(metrics, {
      ...{ uploads: 3, bytes, sessions: 1, with_errors: 0, with_warnings: 0, retries: 0, cut_off: 0 },
      statuses: { 202: 3 },
    })
    const [track] = tracks
    deepEqual(tracks, [
      {
        ...{ track: 'video', codec: 'avc1.4d401f', width: 640, height: 360, latency: track?.latency },
        ...{ segments: 2, media_seconds: 2, bitrate: (bytes - init.length) * 4 },
        segment_ms: { mean: 1_000, deviation: 0, min: 1_000, max: 1_000 },
      },
    ])
    equal(track?.latency?.source, 'arrival')
    equal((await ingest.get('/streams/1/report')).json.metrics, undefined)
  })

  it('says in words what it cannot compare', async () => {
    await using ingest = await suite.start()
    await record(ingest, [1_001])
    for (const [query, status, words] of [
      ['a=1', 400, /b must be a text/],
      ['a=1&b=x', 400, /b must be a stream, 1, or/],
      ['a=1&b=..%2f1', 400, /b must be a stream, 1, or/],
      ['a=1&b=2', 404, /no stream 2/],
      ['a=1&b=1/7', 404, /no session 7/],
    ] as const) {
      const { status: received, json } = await ingest.get(`/compare?${query}`)
      equal(received, status, query)
      match(json.detail, words)
    }
  })
})

const compare = async (ingest: Ingest, query: string) =>
  comparison.parse((await ingest.get(`/compare?${query}`)).json)

const segment = (number: number) => chunk({ sequence: number, at: (number - 1_001) * 1_000 })

/** A session on a stream of its own, of segments of a second. */
async function record(ingest: Ingest, numbers: readonly number[]): Promise<void> {
  const { json } = await ingest.send('POST', '/streams')
  await ingest.put(`/streams/${json.id}/session_1/video/video.init`, init)
  for (const number of numbers)
    await ingest.put(`/streams/${json.id}/session_1/video/segment_${number}.m4s`, segment(number))
}

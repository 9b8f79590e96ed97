import { deepEqual, equal } from 'node:assert/strict'
import type { JudgedUpload, MediaOfUpload } from '../indexing/judged-upload.ts'
import { arrivalsOf, segment } from '../validation/testing/arrivals.ts'
import { createLatencyView } from './latency-view.ts'
import { arrivalOffsetOf, producerLatencyOf } from './segment-latency.ts'

const startMs = Date.parse('2026-01-01T00:00:00Z')
const media = (nth: number, facts: Partial<MediaOfUpload> = {}): MediaOfUpload => ({
  ...{ decodeTime: nth * 4_000, duration: 4_000, timescale: 1_000, samples: 100, sequence: nth },
  ...{ startsWithSync: true, isPlayable: true, isSound: true, producerAtMs: null, shift: 0 },
  ...facts,
})

/** The nth segment, which comes some milliseconds after its last sample. */
function judged(nth: number, lateMs: number, facts: Partial<MediaOfUpload> = {}): JudgedUpload {
  const [arrival] = arrivalsOf([segment(1_001 + nth)])
  if (!arrival) throw new Error('no arrival')
  const receivedAt = new Date(startMs + (nth + 1) * 4_000 + lateMs).toISOString()
  return {
    ...{
      upload: { ...arrival.upload, id: `u${nth}`, receivedAt },
      findings: [],
      session: '1',
      track: 'video',
    },
    ...{ status: 202, position: nth, init: 'i', initFacts: null, media: media(nth, facts) },
  }
}

const produced = (nth: number) => ({ producerAtMs: startMs + nth * 4_000 })

describe('the latency of a session', () => {
  it('is counted from the last sample where segments have prft', () => {
    const view = createLatencyView()
    for (let nth = 0; nth < 100; nth++) view.add(judged(nth, 100 + nth, produced(nth)))
    deepEqual(view.tracks('1'), [
      {
        ...{ session: '1', track: 'video', source: 'prft', segments: 100, producedMs: startMs },
        ...{ min: 100, p50: 149, p90: 189, p99: 198, max: 199 },
        slowest: [99, 98, 97].map((nth) => ({
          upload: `u${nth}`,
          path: `session_1/video/segment_${1_001 + nth}.m4s`,
          ms: 100 + nth,
        })),
      },
    ])
  })

  it('is counted against the fastest segment without prft', () => {
    const view = createLatencyView()
    for (const [nth, lateMs] of [5_000, 5_400, 4_900, 7_000].entries()) view.add(judged(nth, lateMs))
    const [track] = view.tracks(null)
    deepEqual([track?.source, track?.min, track?.p50, track?.max], ['arrival', 0, 100, 2_100])
    deepEqual(track?.producedMs, null)
  })

  it('is that of each track of each session', () => {
    const view = createLatencyView()
    view.add({ ...judged(0, 10), track: 'audio' })
    view.add(judged(1, 10))
    view.add({ ...judged(2, 10), session: '1.2' })
    view.add({ ...judged(3, 10), media: null })
    deepEqual(
      view.tracks(null).map(({ session, track, segments }) => [session, track, segments]),
      [
        ['1', 'audio', 1],
        ['1', 'video', 1],
        ['1.2', 'video', 1],
      ],
    )
    deepEqual([view.tracks('1.2').length, view.tracks('7').length, view.position], [1, 0, 4])
  })

  it('goes by no clock that was never set or is ahead', () => {
    equal(producerLatencyOf(media(0, { producerAtMs: 1_000_000 }), startMs), null)
    equal(producerLatencyOf(media(0, { producerAtMs: startMs }), startMs), null)
    equal(producerLatencyOf(media(0, { producerAtMs: startMs - 3_000 }), startMs), -1_000)
    const view = createLatencyView()
    for (const nth of [0, 1]) view.add(judged(nth, 10, { producerAtMs: 1_000_000 }))
    equal(view.tracks(null)[0]?.source, 'arrival')
  })

  it('is unknown without decode times', () => {
    equal(arrivalOffsetOf(media(0, { decodeTime: null }), startMs), null)
    equal(arrivalOffsetOf(media(0, { timescale: 0 }), startMs), null)
  })
})

import { deepEqual, equal, ok } from 'node:assert/strict'
import { createLanes, lanesOf, marksIn } from '../src/browser/timeline/marks.ts'
import { msOf, tickStep, ticksOf, xOf, zoomed } from '../src/browser/timeline/scale.ts'
import { rowWith } from './support/row.ts'

const segment = (n: number, startedAt: number, track = 'video') =>
  rowWith({
    upload: `${track}${n}`,
    track,
    startedAt,
    ms: 100,
    decodeTime: n * 2_000,
    duration: 2_000,
    timescale: 1_000,
    path: `session_1/${track}/${n}.m4s`,
  })
const noKind = () => null

describe('the time scale', () => {
  const scale = { from: 1_000, to: 11_000, left: 100, width: 1_000 }

  it('goes from time to place and back', () => {
    equal(xOf(scale, 6_000), 600)
    equal(msOf(scale, 600), 6_000)
  })

  it('zooms around a moment that stays', () => {
    const near = zoomed(scale, 0.5, 3_000)
    equal(xOf({ ...scale, ...near }, 3_000), xOf(scale, 3_000))
    equal(near.to - near.from, 5_000)
  })

  it('has round marks that do not crowd', () => {
    equal(tickStep(scale), 1_000)
    deepEqual(
      ticksOf({ ...scale, to: 4_000 }, 0).slice(0, 3),
      [1_000, 1_500, 2_000].filter((at) => at % tickStep({ ...scale, to: 4_000 }) === 0),
    )
  })
})

describe('lanesOf', () => {
  it('puts manifests first, then video, then audio', () => {
    const rows = [
      segment(0, 0, 'audio'),
      segment(0, 10),
      rowWith({ kind: 'mpd', track: null, path: 'session_1/index.mpd' }),
    ]
    deepEqual(
      lanesOf(rows, 'arrival', noKind).lanes.map(({ name }) => name),
      ['manifests', 'video', 'audio'],
    )
  })

  it('shows arrival at the first byte, and media where it belongs', () => {
    const rows = [segment(5, 10_000), segment(6, 12_500)]
    const begins = (axis: 'arrival' | 'media') =>
      lanesOf(rows, axis, noKind).lanes[0]?.marks.map(({ begin }) => begin)
    deepEqual(begins('arrival'), [10_000, 12_500])
    deepEqual(begins('media'), [10_000, 12_000])
  })

  it('shows a part of a long request where it has come', () => {
    const rows = [0, 1, 2].map((n) => ({ ...segment(n, 1_000), ms: (n + 1) * 2_000, partOf: 'all' }))
    const marks = lanesOf(rows, 'arrival', noKind).lanes[0]?.marks ?? []
    deepEqual(
      marks.map(({ begin, firstByte, lastByte }) => [begin, firstByte, lastByte]),
      [3_000, 5_000, 7_000].map((at) => [at, at, at]),
    )
  })

  it('says how much later than the media it came', () => {
    const [first, second] =
      lanesOf([segment(0, 0), segment(1, 3_000)], 'arrival', noKind).lanes[0]?.marks ?? []
    equal((second?.delay ?? 0) - (first?.delay ?? 0), 1_000)
  })

  it('finds what is missing between segments', () => {
    const gaps = lanesOf([segment(0, 0), segment(1, 2_000), segment(3, 6_000)], 'media', noKind).lanes[0]
      ?.gaps
    deepEqual(gaps, [[4_000, 6_000]])
  })

  it('gives tracks whose clocks have nothing in common each its own', () => {
    const far = rowWith({
      track: 'audio',
      startedAt: 50,
      ms: 1,
      decodeTime: 1_700_000_000_000,
      duration: 2_000,
      timescale: 1_000,
    })
    const { from, to } = lanesOf([segment(0, 0), far], 'media', noKind)
    ok(to - from < 10_000)
  })

  it('ends a mark where the next begins, when a burst arrives faster than it plays', () => {
    const rows = [segment(0, 0), segment(1, 100), segment(2, 5_000)]
    const marksBy = (axis: 'arrival' | 'media') => lanesOf(rows, axis, noKind).lanes[0]?.marks ?? []
    deepEqual(
      marksBy('arrival').map(({ begin, end }) => [begin, end]),
      [
        [0, 100],
        [100, 2_100],
        [5_000, 7_000],
      ],
    )
    deepEqual(
      marksBy('media').map(({ end }) => end),
      [2_000, 4_000, 6_000],
    )
  })

  it('measures delay anew when a device starts again', () => {
    const rows = [segment(0, 0), segment(100, 200_000), segment(0, 300_000), segment(1, 302_000)]
    const delays = lanesOf(rows, 'arrival', noKind).lanes[0]?.marks.map(({ delay }) => delay)
    deepEqual(delays?.slice(2), [-1_900, -1_900])
  })

  it('is the same whether rows come at once or one by one', () => {
    const late = [segment(0, 0), segment(2, 4_000), segment(1, 4_100), segment(3, 6_000, 'audio')]
    const inOrder = [0, 1, 3, 4, 7].map((n, place) => segment(n, place * 1_500))
    for (const axis of ['arrival', 'media'] as const)
      for (const rows of [late, inOrder]) {
        const builder = createLanes(axis, noKind)
        for (const row of rows) {
          builder.add([row])
          builder.lanes()
        }
        deepEqual(builder.lanes(), lanesOf(rows, axis, noKind))
      }
  })

  it('finds the marks that reach into a stretch of time', () => {
    const rows = Array.from({ length: 1_000 }, (_, n) => segment(n, n * 2_000))
    const [lane] = lanesOf(rows, 'arrival', noKind).lanes
    ok(lane)
    const found = [...marksIn(lane, 1_000_000, 1_002_000)].map(({ row }) => row.upload)
    ok(found.includes('video500') && found.includes('video499'), found.join())
    ok(found.length < 8, found.join())
  })
})

import { deepEqual, match } from 'node:assert/strict'
import {
  codesOf,
  initAt,
  mediaAt,
  mpdAt,
  streamOf,
  type TestObject,
  validateInOrder,
} from '../testing/arrivals.ts'

type Facts = NonNullable<Parameters<typeof mpdAt>[1]>
const stream = streamOf('cmaf-ingest')
const version = (facts: Facts, path = 'm.mpd') =>
  mpdAt(path, { type: 'dynamic', availabilityStartTime: null, ...facts })
const codes = (...versions: TestObject[]) =>
  codesOf(validateInOrder(stream, versions))
    .flat()
    .filter((code) => code === 'mpd-changed')
const told = ['mpd-changed']

describe('versions of an MPD', () => {
  const media = [initAt('v/init.mp4'), mediaAt('v/1.m4s', 1)]
  const start = (availabilityStartTime: string) => version({ availabilityStartTime })
  const periods = (...all: NonNullable<Facts['periods']>) => version({ periods: all })

  it('keep availabilityStartTime, however it is written', () => {
    deepEqual(codes(start('2026-01-01T00:00:00Z'), ...media, start('2026-01-01T01:00:00.000+01:00')), [])
    deepEqual(codes(start('2026-01-01T00:00:00Z'), ...media, version({})), [])
    deepEqual(codes(version({}), ...media, start('2026-01-01T00:00:00Z')), [])
    deepEqual(codes(start('2026-01-01T00:00:00Z'), ...media, start('2026-01-01T00:00:01Z')), told)
    const { verdicts } = validateInOrder(stream, [
      start('2026-01-01T00:00:00Z'),
      start('2026-01-02T00:00:00'),
    ])
    match(
      verdicts.at(-1)?.findings.find(({ code }) => code === 'mpd-changed')?.message ?? '',
      /^expected availabilityStartTime 2026-01-01T00:00:00.000Z as before, received 2026-01-02T00:00:00.000Z$/,
    )
  })

  it('keep their id', () => {
    deepEqual(codes(version({ id: 'a' }), version({ id: 'a' })), [])
    deepEqual(codes(version({}), version({ id: 'a' })), [])
    deepEqual(codes(version({ id: 'a' }), version({ id: 'b' })), told)
    deepEqual(codes(version({ id: 'a' }), version({})), told)
  })

  it('keep the start and the sets of each Period that is still there', () => {
    const [first, second] = [
      { id: '0', start: 0, sets: ['v', 'a'] },
      { id: '1', start: 60 },
    ]
    deepEqual(codes(periods(first), periods(first, second), periods(second), periods({ id: '1' })), [])
    deepEqual(codes(periods(first), periods({ ...first, sets: ['a', 't', 'v'] })), [])
    deepEqual(codes(periods(first), periods({ id: '2', start: 9 })), [])
    deepEqual(codes(periods(second), periods(first, { id: '1', start: 61 })), told)
    deepEqual(codes(periods(first), periods({ ...first, sets: ['v'] })), told)
  })

  it('end with a static one, behind which another presentation begins', () => {
    const [first, second] = ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z']
    const last = (availabilityStartTime: string) => version({ type: 'static', availabilityStartTime })
    deepEqual(codes(start(first), ...media, last(first), start(second)), [])
    deepEqual(codes(start(first), ...media, last(second)), told)
  })

  it('are those at one path', () => {
    const other = version({ availabilityStartTime: '2027-01-01T00:00:00Z' }, 'n.mpd')
    deepEqual(codes(start('2026-01-01T00:00:00Z'), other, start('2026-01-01T00:00:00Z')), [])
    deepEqual(codes(start('2026-01-01T00:00:00Z'), other, start('2027-01-01T00:00:00Z')), told)
  })
})

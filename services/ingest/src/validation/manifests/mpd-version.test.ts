import { deepEqual, match } from 'node:assert/strict'
import {
  anew,
  codesOf,
  initAt,
  mediaAt,
  mpdAt,
  streamOf,
  type TestObject,
  validateInOrder,
} from '../testing/arrivals.ts'
import { sentBytes } from '../testing/sent-bytes.ts'

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

  it('are compared in their newest Periods, however many they have', () => {
    const mpdOf = (periods: readonly (readonly [id: number, start: number])[]) => {
      const inside = periods.map(
        ([id, start]) => `<Period id="p${id}" start="PT${start}S"><AdaptationSet id="v"/></Period>`,
      )
      return sentBytes('m.mpd', `<MPD type="dynamic">${inside.join('')}</MPD>`)
    }
    const from = (first: number, count: number, moved = Number.NaN) =>
      mpdOf(
        Array.from({ length: count }, (_, at) => {
          const id = first + at
          return [id, id * 10 + (id === moved ? 1 : 0)]
        }),
      )
    deepEqual(codes(from(0, 40), from(0, 40, 39)), told)
    deepEqual(codes(from(0, 40), from(0, 50, 39)), told)
    deepEqual(codes(from(0, 40), from(0, 41), from(1, 42), from(30, 20), from(45, 9)), [])
    deepEqual(codes(from(0, 40), from(0, 400)), [])
    deepEqual(codes(from(0, 2_000), from(0, 2_000, 3)), [])
  })

  it('are compared in as many of their newest Periods as may be kept', () => {
    const sets = Array.from({ length: 12 }, (_, at) => `${at}`.padEnd(80, 'x'))
    const many = [0, 1, 2, 3].map((id) => ({ id: `p${id}`, start: id, sets }))
    const moved = many.map((one) => (one.id === 'p3' ? { ...one, start: 9 } : one))
    deepEqual(codes(periods(...many), periods(...moved)), told)
  })

  describe('of a device that starts again and sends its MPD first', () => {
    const [before, now, later] = ['2023-11-14T22:13:20Z', '2023-11-14T22:13:25Z', '2023-11-14T22:13:27Z']
    const first = [1, 2].map((nth) => mediaAt(`v/${nth}.m4s`, nth))
    const old = [start(before), initAt('v/init.mp4'), ...first]
    const again = first.map(anew)
    const outcomeOf = (...objects: readonly TestObject[]) => {
      const { verdicts } = validateInOrder(stream, objects)
      return {
        found: verdicts.flatMap(({ findings }, at) =>
          findings
            .filter(({ code }) => code === 'mpd-changed' || code === 'session-restarted')
            .map(({ code, severity }) => `u${at + 1} ${code} ${severity}`),
        ),
        withdrawn: verdicts.flatMap(({ withdrawn }) =>
          withdrawn.map(({ upload, code, severity, session }) => `${upload} ${code} ${severity} ${session}`),
        ),
      }
    }

    it('are a warning, which the restart explains', () => {
      deepEqual(outcomeOf(...old, start(now), initAt('v/init.mp4'), ...again, start(now)), {
        found: ['u5 mpd-changed warning', 'u7 session-restarted warning'],
        withdrawn: ['u5 mpd-changed warning none'],
      })
    })

    it('are an error with any other time, which the restart explains as well', () => {
      deepEqual(outcomeOf(...old, start('2026-01-01T00:00:00Z'), ...again), {
        found: ['u5 mpd-changed error', 'u6 session-restarted warning'],
        withdrawn: ['u5 mpd-changed error none'],
      })
    })

    it('are explained each where the device has started several times', () => {
      const { withdrawn } = outcomeOf(
        ...old,
        start(now),
        start(now),
        version({ id: 'b' }),
        start(later),
        ...again,
      )
      deepEqual(withdrawn, ['u5 mpd-changed warning none', 'u8 mpd-changed warning none'])
    })

    it('are errors from the second time on where it goes on', () => {
      const third = mediaAt('v/3.m4s', 3)
      const changes = [start(now), third, start(later), ...again]
      deepEqual(outcomeOf(...old, ...changes), {
        found: ['u5 mpd-changed warning', 'u7 mpd-changed error', 'u8 session-restarted warning'],
        withdrawn: ['u7 mpd-changed error none'],
      })
    })

    it('are compared with those of the new recording', () => {
      const { found } = outcomeOf(...old, start(now), ...again, start('2026-01-01T00:00:00Z'))
      deepEqual(found.at(-1), 'u8 mpd-changed error')
      const last = [start(before), ...again, start(now)]
      deepEqual(outcomeOf(...old, ...last).found, ['u6 session-restarted warning'])
    })
  })
})

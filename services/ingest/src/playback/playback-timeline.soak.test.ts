import { equal, ok } from 'node:assert/strict'
import { timelineOf } from './playback-timeline.ts'
import { video } from './testing/tracks.ts'

describe('a timeline', function () {
  this.timeout(120_000)

  it('takes linear time, also where each segment has another init segment than the one before it', () => {
    const few = microsecondsFor(2_000)
    const many = microsecondsFor(50_000)
    // 25 times as many; the processor time of a quadratic way would be hundreds of times as much.
    ok(many < 75 * few, `${few} µs for 2 000 segments, ${many} µs for 50 000`)
  })

  function microsecondsFor(count: number): number {
    const track = video(0, count)
    const other = { ...track.firstInit, upload: 'i2', sha256: 'i2', width: 320 }
    const segments = track.segments.map((segment, i) =>
      i % 2 === 0 ? segment : { ...segment, init: other.upload, initView: other },
    )
    const before = process.cpuUsage()
    const timeline = timelineOf([{ ...track, segments }])
    const { user } = process.cpuUsage(before)
    equal(timeline?.periods.length, count)
    return user
  }
})

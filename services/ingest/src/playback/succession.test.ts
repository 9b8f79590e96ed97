import { deepEqual } from 'node:assert/strict'
import { segmentTimeOf, successionOf } from './succession.ts'
import { video } from './testing/tracks.ts'

describe('successionOf', () => {
  it('allows a tick of rounding before it calls two segments overlapping', () => {
    const { segments: [first] = [] } = video(0, 1)
    if (!first) throw new Error('the track has no segment')
    const end = first.decodeTime + first.duration
    const follow = (decodeTime: number) => successionOf(segmentTimeOf(first), { ...first, decodeTime })
    deepEqual([first.decodeTime, end - 2, end - 1, end, end + 1].map(follow), [
      'again',
      'overlap',
      'next',
      'next',
      'next',
    ])
    deepEqual(successionOf(null, first), 'next')
  })
})

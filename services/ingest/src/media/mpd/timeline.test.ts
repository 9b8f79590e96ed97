import { deepEqual } from 'node:assert/strict'
import { childrenOf, isElement, readXml } from '../xml/xml.ts'
import { readTimeline } from './timeline.ts'

function runsOf(entries: string, periodEnd: number | null = null) {
  const timeline = readXml(`<SegmentTimeline>${entries}</SegmentTimeline>`)
  return isElement(timeline) ? readTimeline(childrenOf(timeline, 'S'), periodEnd) : timeline
}

describe('readTimeline', () => {
  it('starts a run without a time where the one before ended', () => {
    deepEqual(runsOf('<S t="10" d="5" r="2"/><S d="7"/><S t="90" d="7"/>'), [
      { t: 10, d: 5, count: 3 },
      { t: 25, d: 7, count: 1 },
      { t: 90, d: 7, count: 1 },
    ])
    deepEqual(runsOf('<S d="5"/>'), [{ t: 0, d: 5, count: 1 }])
  })

  it('joins neighbours of one duration, unless time jumps', () => {
    deepEqual(runsOf('<S d="5"/><S d="5" r="1"/><S t="15" d="5"/>'), [{ t: 0, d: 5, count: 4 }])
    deepEqual(runsOf('<S d="5"/><S t="6" d="5"/>').valueOf(), [
      { t: 0, d: 5, count: 1 },
      { t: 6, d: 5, count: 1 },
    ])
  })

  it('repeats up to the next time, the end of the period, or for ever', () => {
    deepEqual(runsOf('<S t="0" d="10" r="-1"/><S t="95" d="5"/>'), [
      { t: 0, d: 10, count: 10 },
      { t: 95, d: 5, count: 1 },
    ])
    deepEqual(runsOf('<S t="20" d="10" r="-1"/>', 65), [{ t: 20, d: 10, count: 5 }])
    deepEqual(runsOf('<S t="20" d="10" r="-1"/>'), [{ t: 20, d: 10, count: null }])
  })

  it('passes over a run without a duration', () => {
    deepEqual(runsOf('<S t="0"/><S t="1" d="0" r="-1"/><S t="2" d="x"/><S t="3" d="4" r="y"/>'), [
      { t: 3, d: 4, count: 1 },
    ])
  })
})

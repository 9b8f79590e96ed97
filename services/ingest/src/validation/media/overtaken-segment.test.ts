import { deepEqual, equal } from 'node:assert/strict'
import type { RepresentationFacts } from '../../media/inspection.ts'
import { at } from '../state.ts'
import {
  codesOf,
  dynamicMpd,
  init,
  initAt,
  mediaAt,
  representation,
  segment,
  staticMpd,
  validateInOrder,
} from '../testing/arrivals.ts'
import { dash, ingest } from '../testing/beginnings.ts'

const video = (facts: Partial<RepresentationFacts>) => ({
  representations: [representation('session_1', 'video', facts)],
})
const path = (number: number) => `session_1/video/segment_${number}.m4s`

describe('uploads side by side that end in another order than they began', () => {
  it('leave no gap in a Matter session', () => {
    const objects = [
      ...[dynamicMpd(1, {}), init(), segment(1001)],
      segment(1004, {}, { beside: [path(1002), path(1003)] }),
      segment(1003, {}, { beside: [path(1002)] }),
      ...[segment(1002), segment(1005)],
      staticMpd(1, video({ timeline: [{ t: 0, d: 4000, count: 5 }] })),
    ]
    deepEqual(codesOf(validateInOrder(dash, objects), true).flat(), [])
  })

  it('leave no gap on a cmaf-ingest stream', () => {
    const of = (nth: number, ...beside: string[]) =>
      mediaAt(`v/${nth}.m4s`, nth, { hasPrft: true }, { beside })
    const objects = [initAt('v/init.mp4'), of(1), of(3, 'v/2.m4s'), of(2), of(4)]
    const result = validateInOrder(ingest, objects)
    deepEqual(codesOf(result, true).flat(), [])
    const track = at(at(result.state.sessions, 'none')?.tracks ?? {}, 'v')
    deepEqual(
      [track?.clock?.end, track?.clock?.total, track?.lastNumber, track?.awaited],
      [16_000, 16_000, 4, undefined],
    )
  })

  it('have an init segment that is still to come', () => {
    const beside = ['session_1/video/video.init']
    deepEqual(
      codesOf(
        validateInOrder(dash, [dynamicMpd(1, {}), segment(1001, {}, { beside }), init(), segment(1002)]),
      ).flat(),
      [],
    )
    const first = mediaAt('v/1.m4s', 1, {}, { beside: ['v/init.mp4'] })
    deepEqual(
      codesOf(validateInOrder(ingest, [first, initAt('v/init.mp4'), mediaAt('v/2.m4s', 2)])).flat(),
      [],
    )
  })

  it('still miss what was not on its way, and what comes later than that', () => {
    const gap = [dynamicMpd(1, {}), init(), segment(1001), segment(1003)]
    equal(codesOf(validateInOrder(dash, gap)).flat().join(), 'segment-number-gap')
    const late = [
      ...gap.slice(0, 3),
      segment(1003, {}, { beside: [path(1002)] }),
      segment(1002),
      segment(1005),
    ]
    equal(codesOf(validateInOrder(dash, late)).flat().join(), 'segment-number-gap')
  })
})

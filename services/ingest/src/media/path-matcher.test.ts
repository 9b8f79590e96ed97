import { deepEqual, equal } from 'node:assert/strict'
import type { RepresentationFacts } from './inspection.ts'
import { createPathMatcher } from './path-matcher.ts'

const representation: RepresentationFacts = {
  id: 'v',
  period: 0,
  periodId: null,
  periodSeconds: null,
  adaptationSet: '0',
  codecs: null,
  mimeType: null,
  bandwidth: null,
  addressing: 'template',
  timescale: 1,
  initialization: 's/v.init',
  media: null,
  written: { initialization: null, media: null },
  startNumber: 1_001,
  duration: null,
  timeline: null,
  segments: null,
}
const named = (media: string | null) => createPathMatcher({ ...representation, media })

describe('createPathMatcher', () => {
  it('matches the init segment', () => {
    deepEqual(named(null)('s/v.init'), { representation: 'v', part: 'init', number: null, time: null })
    equal(named(null)('s/w.init'), null)
  })

  it('reads the number or the time out of a name', () => {
    deepEqual(named('s/segment_$Number$.m4s')('s/segment_1001.m4s'), {
      representation: 'v',
      part: 'media',
      number: 1_001,
      time: null,
    })
    equal(named('s/$Time$.m4s')('s/0.m4s')?.time, 0)
    deepEqual(named('$Number$_$Time$')('3_90000'), {
      representation: 'v',
      part: 'media',
      number: 3,
      time: 90_000,
    })
  })

  it('takes numbers padded as the template says and in no other way', () => {
    const padded = named('$Number%04d$')
    for (const [path, number] of [
      ['0007', 7],
      ['1001', 1_001],
      ['65535', 65_535],
    ] as const) {
      equal(padded(path)?.number, number)
    }
    for (const path of ['7', '00007', '01001', '', 'x0007', '0007x', '-001']) equal(padded(path), null, path)
    for (const path of ['01', '', '1.5', '1e3']) equal(named('$Number$')(path), null, path)
  })

  it('takes every width that a template may ask for', () => {
    for (let width = 1; width < 100; width++) {
      equal(named(`$Number%0${width}d$`)('7'.padStart(width, '0'))?.number, 7)
      equal(named(`$Number%0${width}d$`)('7'.padStart(width + 1, '0')), null)
    }
  })

  it('takes letters of a template literally', () => {
    equal(named('a.b+(c)[d]{2}^|\\*?-$Number$')('a.b+(c)[d]{2}^|\\*?-1')?.number, 1)
    equal(named('a.b-$Number$')('aXb-1'), null)
    equal(named('$$Number$$')('$Number$')?.part, 'media')
  })

  it('wants a number that comes twice to be the same', () => {
    equal(named('$Number$/$Number$')('7/7')?.number, 7)
    equal(named('$Number$/$Number$')('7/8'), null)
    equal(named('$Number$/$Number%02d$')('7/07'), null)
  })

  it('counts through a list, and not through a file that is listed range by range', () => {
    const list = createPathMatcher({ ...representation, segments: ['s/a', null, 's/b'] })
    equal(list('s/b')?.number, 1_003)
    const ranges = createPathMatcher({ ...representation, segments: ['s/a', 's/a', 's/a'] })
    deepEqual(ranges('s/a'), { representation: 'v', part: 'media', number: null, time: null })
  })

  it('stays quick with a template made to be slow', () => {
    const matcher = named('$Number$$Time$'.repeat(60))
    const start = process.cpuUsage().user
    equal(matcher(`${'1'.repeat(1_000)}x`), null)
    equal(process.cpuUsage().user - start < 500_000, true)
  })
})

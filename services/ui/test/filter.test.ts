import { deepEqual, equal } from 'node:assert/strict'
import { parseFilter } from '../src/browser/api/filter.ts'
import { rowWith } from './support/row.ts'

const video = rowWith({
  path: 'session_1/video/segment_1001.m4s',
  track: 'video',
  kind: 'segment',
  bytes: 2_000_000,
  ms: 40,
  worst: 'error',
  codes: ['segment-number-gap'],
})
const init = rowWith({ path: 'session_1/Audio/audio.init', track: 'audio', kind: 'init', bytes: 700, ms: 4 })
const cut = rowWith({ path: 'a b.m4s', track: null, status: null, whole: false })

describe('parseFilter', () => {
  for (const [text, expected] of [
    ['', [true, true, true]],
    ['track:video', [true, false, false]],
    ['-kind:init', [true, false, true]],
    ['severity:error code:segment-number-gap', [true, false, false]],
    ['>1MB', [true, false, false]],
    ['<10ms', [false, true, true]],
    ['audio', [false, true, false]],
    ['session_1 -audio', [true, false, false]],
    ['"a b"', [false, false, true]],
    ['status:202', [true, true, false]],
    ['unknown:word', [false, false, false]],
  ] as const)
    it(`reads ${JSON.stringify(text)}`, () =>
      deepEqual([video, init, cut].map(parseFilter(text).matches), expected))

  it('gives the server what the server can do', () => {
    deepEqual(parseFilter('track:video severity:error -kind:init >1MB seg').query, {
      track: 'video',
      severity: 'error',
      q: 'seg',
    })
  })

  it('is empty without words', () => equal(parseFilter('  ').isEmpty, true))
})

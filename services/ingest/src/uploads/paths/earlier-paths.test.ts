import { deepEqual } from 'node:assert/strict'
import { earlierPaths } from './earlier-paths.ts'

describe('earlierPaths', () => {
  it('are those of segments that count less far and of init segments in the folder', () => {
    const open = ['v/9.m4s', 'v/11.m4s', 'v/init.mp4', 'a/9.m4s', 'v/9.mp4', 'v/audio.mp4', 'v/10.m4s']
    deepEqual(earlierPaths(open, 'v/10.m4s'), ['v/9.m4s', 'v/init.mp4'])
    deepEqual(earlierPaths(['s_1/v/segment_1001.m4s', 's_1/v/v.init'], 's_1/v/segment_1002.m4s'), [
      's_1/v/segment_1001.m4s',
      's_1/v/v.init',
    ])
    deepEqual(earlierPaths(['c-1-5.m4s', 'c-2-5.m4s'], 'c-1-6.m4s'), ['c-1-5.m4s'])
    deepEqual(earlierPaths(['v.2/1', 'v.2/5', 'v.2/x'], 'v.2/2'), ['v.2/1'])
    deepEqual(earlierPaths(['v/a.1', 'v/b.1', 'v/a.9'], 'v/a.2'), ['v/a.1'])
    deepEqual([earlierPaths([], 'v/1.m4s'), earlierPaths(['v/1.m4s'], 'v/live.m4s')], [[], []])
  })
})

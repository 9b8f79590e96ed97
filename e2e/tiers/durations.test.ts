import { deepEqual } from 'node:assert/strict'
import { longestFirst, readDurations, withMeasured } from './durations.ts'
import { bundles, testFiles } from './test-files.ts'

describe('the durations of test files', () => {
  it('are of files and bundles that there are', () => {
    const there = [...Object.values(testFiles()).flat(), ...bundles().keys()]
    deepEqual(
      Object.keys(readDurations()).filter((file) => !there.includes(file)),
      [],
    )
  })

  it('put the longest first, and leave others in their order', () => {
    deepEqual(longestFirst(['a', 'b', 'c', 'd'], { c: 2, d: 40 }), ['d', 'c', 'a', 'b'])
  })

  it('are taken anew from a run, which leaves out what takes less than half a second', () => {
    deepEqual(withMeasured({ a: 3, b: 4, z: 1 }, '1600\tb\n9000\tc\n20\tz\n'), { a: 3, b: 2, c: 9 })
    deepEqual(withMeasured({ a: 3 }, ''), { a: 3 })
  })
})

import { deepEqual } from 'node:assert/strict'
import { throttle } from './throttle.ts'

describe('throttle', () => {
  it('passes the first value on, then one an interval with the number of dropped ones', () => {
    let time = 0
    const calls: [string, number][] = []
    const log = throttle<string>(
      10,
      () => time,
      (value, dropped) => calls.push([value, dropped]),
    )
    for (time = 0; time < 12; time += 1) log(`at ${time}`)
    deepEqual(calls, [
      ['at 0', 0],
      ['at 10', 9],
    ])
  })
})

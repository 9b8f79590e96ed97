import { deepEqual } from 'node:assert/strict'
import { sparsely } from './sparsely.ts'

describe('sparsely', () => {
  it('says the first of many and later how many it held back', () => {
    let time = 0
    const said: [string, number][] = []
    const say = sparsely<string>(
      10,
      () => time,
      (what, heldBack) => said.push([what, heldBack]),
    )
    for (time = 0; time < 12; time += 1) say(`at ${time}`)
    deepEqual(said, [
      ['at 0', 0],
      ['at 10', 9],
    ])
  })
})

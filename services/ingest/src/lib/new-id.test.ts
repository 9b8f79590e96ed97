import { deepEqual, equal, match } from 'node:assert/strict'
import { newId } from './new-id.ts'

describe('newId', () => {
  it('gives UUIDs of version 7, no two the same', () => {
    const ids = Array.from({ length: 10_000 }, newId)
    equal(new Set(ids).size, ids.length)
    for (const id of ids) match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('begins with the time', () => {
    const before = Date.now()
    const [high = '', low = ''] = newId().split('-')
    const at = Number.parseInt(high + low, 16)
    deepEqual([at >= before, at <= Date.now()], [true, true])
  })
})

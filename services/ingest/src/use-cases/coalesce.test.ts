import { deepEqual, rejects } from 'node:assert/strict'
import { coalesce } from './coalesce.ts'

describe('coalesce', () => {
  it('sends at once when idle and together what came meanwhile', async () => {
    const sent: (readonly number[])[] = []
    const first = Promise.withResolvers<void>()
    const add = coalesce<number>(async (items) => {
      sent.push([...items])
      if (sent.length === 1) await first.promise
    })
    const one = add([1])
    await Promise.resolve()
    const more = [add([2, 3]), add([4])]
    first.resolve()
    await Promise.all([one, ...more])
    deepEqual(sent, [[1], [2, 3, 4]])
  })

  it('tells everybody whose items could not be sent, and goes on', async () => {
    let isAway = true
    const add = coalesce<number>(async () => {
      if (isAway) throw new Error('away')
    })
    await Promise.all([rejects(add([1]), /away/), rejects(add([2]), /away/)])
    isAway = false
    await add([3])
  })
})

import { deepEqual, equal, rejects } from 'node:assert/strict'
import { createTurns, type Lane } from './turns.ts'

describe('turns', () => {
  it('lets so many run at once and no more', async () => {
    const turns = createTurns(2)
    let running = 0
    let most = 0
    const work = async () => {
      most = Math.max(most, ++running)
      await Promise.resolve()
      running -= 1
    }
    await Promise.all(Array.from({ length: 9 }, () => turns.take('other', work)))
    equal(most, 2)
  })

  it('prefers what is urgent and starves nothing', async () => {
    const lanes: Lane[] = ['other', 'other', ...Array<Lane>(8).fill('urgent')]
    deepEqual(await orderOf(lanes), 'uuuouuuouu')
  })

  it('goes straight on where only one lane waits', async () => {
    deepEqual(await orderOf(Array<Lane>(5).fill('other')), 'ooooo')
    deepEqual(await orderOf(Array<Lane>(5).fill('urgent')), 'uuuuu')
  })

  it('hands on the turn of what failed', async () => {
    const turns = createTurns(1)
    await rejects(turns.take('other', () => Promise.reject(new Error('x'))))
    equal(await turns.take('other', async () => 7), 7)
  })
})

/** Lets works wait behind one that holds the only turn, and tells in which order they came. */
async function orderOf(lanes: readonly Lane[]): Promise<string> {
  const turns = createTurns(1)
  const holder = Promise.withResolvers<void>()
  let order = ''
  const held = turns.take('other', () => holder.promise)
  const all = lanes.map((lane) =>
    turns.take(lane, async () => {
      order += lane[0]
    }),
  )
  holder.resolve()
  await Promise.all([held, ...all])
  return order
}

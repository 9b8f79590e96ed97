import { deepEqual, equal } from 'node:assert/strict'
import { groupBodies, packIn, packOf } from '@pushav/shared/uploads/pack-key.ts'
import fc from 'fast-check'

const idOf = (number: number, atMs = 1_700_000_000_000) => {
  const hex = (atMs + number).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-${String(number).padStart(12, '0')}`
}

describe('groupBodies', () => {
  const sizesOf = (bodies: readonly (readonly [number, number])[]) =>
    groupBodies(bodies.map(([atMs, bytes]) => ({ upload: idOf(atMs), bytes }))).map((group) => group.length)

  it('bounds the number of bodies, their bytes and the time between them', () => {
    deepEqual(sizesOf(Array.from({ length: 20 }, (_, at) => [at, 10])), [16, 4])
    deepEqual(sizesOf(Array.from({ length: 17 }, (_, at) => [at, 65_536])), [4, 4, 4, 4, 1])
    deepEqual(
      sizesOf([
        [0, 10],
        [300_000, 10],
        [300_001, 10],
      ]),
      [2, 1],
    )
    deepEqual(
      sizesOf([
        [300_001, 10],
        [0, 10],
      ]),
      [1, 1],
    )
  })

  it('leaves large and empty bodies alone', () =>
    deepEqual(
      sizesOf([
        [0, 10],
        [1, 65_537],
        [2, 10],
        [3, 0],
      ]),
      [2, 1, 1],
    ))
})

describe('packIn', () => {
  it('reads the bodies of a pack from its key', () => {
    const members = fc.array(
      fc.record(
        { upload: fc.uuid({ version: 7 }), bytes: fc.integer({ min: 1, max: 65_536 }) },
        { noNullPrototype: true },
      ),
      { minLength: 1, maxLength: 16 },
    )
    fc.assert(
      fc.property(members, (some) => {
        const { key } = packOf('1', some)
        deepEqual(packIn('1', key), { key, members: some })
        equal(key.length < 500 && key.split('/').every((part) => part.length <= 255), true)
      }),
    )
  })

  it('passes over keys that this server did not make', () => {
    const { key } = packOf('1', [{ upload: idOf(1), bytes: 10 }])
    for (const other of [
      'packs/1/',
      'packs/1/x',
      `${key}.x`,
      `${key}/`,
      key.replace('.1/', '.2/'),
      `${key}!`.slice(0, -5),
    ])
      equal(packIn('1', other), null, other)
  })
})

import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { type Pack, packOf } from '@pushav/shared/uploads/pack-key.ts'
import { startOfIdsAt } from '@pushav/shared/uploads/time-of-id.ts'
import { packDirectory } from './pack-directory.ts'

const idAt = (ms: number) => `${startOfIdsAt(1_700_000_000_000 + ms)}-7000-8000-000000000000`

/** Packs of two bodies each, whose ids are so far apart; each body has ten bytes. */
function setUp(count: number, apartMs: number) {
  const packs = Array.from({ length: count }, (_, at) =>
    packOf(
      '1',
      [2 * at, 2 * at + 1].map((number) => ({ upload: idAt(number * apartMs), bytes: 10 })),
    ),
  )
  const listings: string[] = []
  let error: Error | null = null
  async function* packsOf(_stream: string, upload: string): AsyncGenerator<Pack> {
    listings.push(upload)
    await new Promise(setImmediate)
    if (error) throw error
    yield* packs
  }
  return {
    ...{ packs, listings, places: packDirectory(packsOf) },
    fail(next: Error | null) {
      error = next
    },
  }
}

describe('packDirectory', () => {
  it('finds many bodies of one moment by one listing', async () => {
    const { places, listings, packs } = setUp(50, 1)
    const ids = packs.flatMap(({ members }) => members.map(({ upload }) => upload))
    const found = await Promise.all(ids.toReversed().map((id) => places.find('1', id)))
    deepEqual(found.slice(-2), [
      { pack: packs[0]?.key, offset: 10, bytes: 10 },
      { pack: packs[0]?.key, offset: 0, bytes: 10 },
    ])
    ok(found.every((place) => place !== null))
    equal(listings.length, 1)
  })

  it('lists a stream that has many packs in one moment a few times', async () => {
    const { places, listings, packs } = setUp(2_000, 1)
    for (const { key, members } of packs)
      for (const { upload } of members) equal((await places.find('1', upload))?.pack, key)
    ok(listings.length <= 2_000 / 256 + 1, `${listings.length} listings`)
  })

  it('lists for many bodies of one moment that are in no pack twice, and anew for one that is asked for later', async () => {
    const { places, listings } = setUp(2, 1)
    const missing = Array.from({ length: 100 }, (_, at) => idAt(100 + at))
    const found = await Promise.all(missing.map((id) => places.find('1', id)))
    ok(found.every((place) => place === null))
    equal(listings.length, 2)
    equal(await places.find('1', idAt(100)), null)
    equal(listings.length, 3)
  })

  it('lists anew for what is older, and after packs were written', async () => {
    const { places, listings } = setUp(2, 20_000)
    await places.find('1', idAt(60_000))
    equal(places.known('1', idAt(0)), null)
    equal((await places.find('1', idAt(0)))?.offset, 0)
    equal(listings.length, 2)
    places.forget('1')
    await places.find('1', idAt(0))
    equal(listings.length, 3)
  })

  it('fails those who ask while the store is away, and none that ask later', async () => {
    const { places, fail } = setUp(1, 1)
    fail(new Error('away'))
    await Promise.all([0, 1].map((ms) => rejects(places.find('1', idAt(ms)), /away/)))
    fail(null)
    ok(await places.find('1', idAt(0)))
  })
})

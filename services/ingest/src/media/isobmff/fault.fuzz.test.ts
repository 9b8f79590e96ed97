import { ok } from 'node:assert/strict'
import fc from 'fast-check'
import { forAll, fuzzTimeoutMs } from '../../testing/fuzz.ts'
import { type BoxPosition, boxPositionsIn } from './testing/box-positions.ts'
import { inspect } from './testing/inspect.ts'
import { makeSmallMedia } from './testing/small-media.ts'

describe('createInspector has a fault', function () {
  this.timeout(fuzzTimeoutMs)
  let files: readonly { readonly bytes: Buffer; readonly places: readonly BoxPosition[] }[] = []
  before(async () => {
    const made = await makeSmallMedia()
    files = made.map((bytes) => ({ bytes, places: boxPositionsIn(bytes) }))
  })

  const place = () =>
    fc
      .tuple(fc.constantFrom(...files), fc.nat())
      .map(([{ bytes, places }, at]) => ({ bytes, place: places[at % places.length] as BoxPosition }))

  it('wherever a file ends within a box', () => {
    const cuts = fc.tuple(fc.constantFrom(...files), fc.nat()).map(([{ bytes, places }, at]) => {
      const outermost = places.filter(({ depth }) => depth === 0)
      const end = at % bytes.length
      return outermost.some(({ start }) => start === end)
        ? bytes.subarray(0, end + 1)
        : bytes.subarray(0, end)
    })
    forAll(cuts, (bytes) => ok(inspect(bytes).faults.length > 0, `cut at ${bytes.length}`))
  })

  it('wherever a box is larger than what holds it', () => {
    forAll(fc.tuple(place(), fc.integer({ min: 1, max: 2 ** 31 })), ([{ bytes, place }, excess]) =>
      hasFault(bytes, place, place.available + excess),
    )
  })

  it('wherever a box is smaller than its own header', () => {
    forAll(fc.tuple(place(), fc.integer({ min: 2, max: 7 })), ([{ bytes, place }, size]) =>
      hasFault(bytes, place, size),
    )
  })

  function hasFault(bytes: Buffer, { start, type }: BoxPosition, size: number): void {
    const lying = Buffer.from(bytes)
    lying.writeUInt32BE(size, start)
    ok(inspect(lying).faults.length > 0, `${type} at ${start} of size ${size}`)
  }
})

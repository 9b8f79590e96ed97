import { deepEqual, match } from 'node:assert/strict'
import { box, fragment, letters, tfdt, tfhd, trun, u16, u32 } from '@pushav/shared/testing/media/boxes.ts'
import { inspect } from '../testing/inspect.ts'

const twoSamples = trun({
  samples: [
    { duration: 500, size: 40 },
    { duration: 500, size: 60 },
  ],
})
const head = [tfhd(1), tfdt(0), twoSamples]
const vectors = (size: number, count = 2) => box('senc', u32(0, count), Buffer.alloc(size * count, 5))
/** A vector of 8 bytes, and one subsample of clear and encrypted bytes for each sample. */
const split = (...parts: readonly (readonly [clear: number, encrypted: number])[]) =>
  box(
    'senc',
    u32(2, parts.length),
    ...parts.map(([clear, encrypted]) => [...Buffer.alloc(8, 5), 0, 1, ...u16(clear), ...u32(encrypted)]),
  )
const saiz = (size: number, count = 2, ...sizes: number[]) => box('saiz', u32(0), [size], u32(count), sizes)
const saio = (...offsets: number[]) => box('saio', u32(0, offsets.length, ...offsets))

const fragmentOf = (...inside: Buffer[]) =>
  inspect(fragment(box('moof', box('mfhd', u32(0, 1)), box('traf', ...head, ...inside))))

/** A senc with the boxes that lead to it, `off` bytes beside its first vector. */
function led(senc: Buffer, sizes: Buffer, off = 0): ReturnType<typeof inspect> {
  const before = 16 + 8 + 8 + Buffer.concat([...head, sizes, saio(0)]).length
  return fragmentOf(sizes, saio(before + 16 + off), senc)
}

function isWrong({ faults }: ReturnType<typeof inspect>, message: RegExp): void {
  deepEqual(
    faults.map(({ code }) => code),
    ['sample-encryption'],
  )
  match(faults[0]?.message ?? '', message)
}

describe('the encryption of samples', () => {
  it('is told by senc, alone or with saiz and saio', () => {
    for (const right of [fragmentOf(vectors(8)), led(vectors(8), saiz(8)), led(vectors(16), saiz(16))])
      deepEqual(right.faults, [])
    deepEqual(fragmentOf(split([10, 30], [0, 60])).faults, [])
    deepEqual(led(split([10, 30], [0, 60]), saiz(0, 2, 16, 16)).faults, [])
    const typed = box('saiz', u32(1), letters('cenc'), u32(0), [8], u32(2))
    deepEqual(led(vectors(8), typed).faults, [])
  })

  it('may be told in mdat, by sample groups, or by one vector for all', () => {
    const elsewhere = fragmentOf(saiz(8), saio(400))
    deepEqual([elsewhere.faults, elsewhere.media?.uninformed], [[], undefined])
    const groups = fragmentOf(box('sbgp', u32(0), letters('seig'), u32(1, 2, 0x1_0001)))
    deepEqual([groups.faults, groups.media?.uninformed], [[], undefined])
    const constant = box('senc', u32(2, 2), [0, 1, 0, 10, 0, 0, 0, 30, 0, 1, 0, 0, 0, 0, 0, 60])
    deepEqual([fragmentOf(constant).faults, fragmentOf(constant).media?.ivSizes], [[], [0]])
  })

  it('is that of each sample', () => {
    isWrong(
      fragmentOf(vectors(8, 1)),
      /^expected senc of 2 samples as trun has, received one of 1 in traf at byte 32$/,
    )
    isWrong(fragmentOf(vectors(8, 3)), /received one of 3 /)
    isWrong(led(vectors(8), saiz(8, 1)), /^expected saiz of 2 samples as trun has, received one of 1 /)
    isWrong(led(vectors(8), saiz(8, 3)), /^expected saiz of 2 samples/)
  })

  it('fills its boxes and its samples', () => {
    isWrong(fragmentOf(vectors(9)), /^expected senc whose vectors and subsamples fill it and its samples/)
    isWrong(fragmentOf(split([10, 30], [0, 61])), /^expected senc whose vectors and subsamples fill/)
  })

  it('has the sizes and the place that saiz and saio say', () => {
    isWrong(
      led(vectors(8), saiz(16)),
      /^expected saiz of the 16 bytes that senc has, received sizes of 32 bytes/,
    )
    isWrong(
      led(vectors(8), saiz(8), 4),
      /^expected offset \d+ in saio, where senc has its first vector, received \d+/,
    )
    isWrong(fragmentOf(vectors(8), saiz(8)), /^expected saiz and saio together, received only saiz/)
    isWrong(fragmentOf(vectors(8), saio(1)), /^expected saiz and saio together, received only saio/)
    isWrong(
      fragmentOf(saiz(8), saio(1, 2, 3)),
      /^expected saio with one offset or 1, one for each trun, received 3/,
    )
  })

  it('tells which samples have none, and how long vectors may be', () => {
    const clear = fragmentOf().media
    deepEqual([clear?.uninformed, clear?.ivSizes, clear?.encrypted], [undefined, undefined, false])
    deepEqual(fragmentOf(vectors(8)).media?.ivSizes, [8])
    const [moof, mdat] = [box('moof', box('mfhd', u32(0, 2)), box('traf', ...head)), box('mdat')]
    const mixed = inspect(
      Buffer.concat([
        fragment(moof),
        fragment(box('moof', box('mfhd', u32(0, 3)), box('traf', ...head, vectors(8)))),
        mdat,
      ]),
    )
    deepEqual(mixed.media?.uninformed, [0])
  })
})

describe('sample descriptions', () => {
  const of = (number: number) => box('tfhd', u32(0x2_0002, 1, number))
  const inspected = (...numbers: (number | null)[]) =>
    inspect(
      Buffer.concat(
        numbers.map((number, nth) =>
          fragment(
            box(
              'moof',
              box('mfhd', u32(0, nth)),
              box('traf', number === null ? tfhd(1) : of(number), tfdt(nth * 1_000), twoSamples),
            ),
          ),
        ),
      ),
    )

  it('are told where a fragment names one', () => {
    deepEqual(inspected(null, null).media?.descriptions, undefined)
    deepEqual(inspected(2, 2, 1).media?.descriptions, [2, 1])
    deepEqual(inspected(null, 2).media?.descriptions, [0, 2])
    deepEqual(inspected(2, null).media?.descriptions, [2, 0])
  })

  it('are numbered from 1', () => {
    const { faults } = inspected(0)
    deepEqual(
      faults.map(({ code }) => code),
      ['sample-description-index'],
    )
    match(
      faults[0]?.message ?? '',
      /^expected a sample description from number 1 on in tfhd at byte \d+; received 0$/,
    )
  })
})

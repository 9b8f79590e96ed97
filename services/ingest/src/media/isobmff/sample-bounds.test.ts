import { deepEqual, equal, match } from 'node:assert/strict'
import {
  box,
  emsg,
  fragment,
  ftyp,
  located,
  moof,
  moov,
  nonSync,
  prft,
  sidx,
  styp,
  sync,
  tfdt,
  tfhd,
  trun,
  u32,
  withLargeSize,
  withSize,
} from '@pushav/shared/testing/media/boxes.ts'
import { inspect, inspectAll } from './testing/inspect.ts'

const mfhd = (sequence = 1) => box('mfhd', u32(0, sequence))
const moofOf = (...trafs: Buffer[]) => box('moof', mfhd(), ...trafs)
const bytes = (count: number) => Buffer.alloc(count, 7)
const mdat = (count = 100) => box('mdat', bytes(count))
const samples = (count: number, size?: number) =>
  Array.from({ length: count }, () => (size === undefined ? { duration: 1 } : { duration: 1, size }))

/** A run of ten samples of ten bytes; the offset counts from the base. */
function runAt(offset: number | null, count = 10): Buffer {
  const run = trun({ samples: samples(count, 10) })
  if (offset !== null) {
    run.writeInt32BE(offset, 16)
    return run
  }
  const flags = run.readUInt32BE(8) & ~0x1
  return box('trun', u32(flags), run.subarray(12, 16), run.subarray(20))
}

/** tfhd with a base-data-offset. */
const ownBase = (base: number) => box('tfhd', u32(0x1, 1, Math.floor(base / 2 ** 32), base % 2 ** 32))
/** tfhd without any word on the base. */
const noBase = (trackId = 1) => box('tfhd', u32(0, trackId))
const ofDefaultSize = (size: number) => box('tfhd', u32(0x2_0010, 1, size))
const trafOf = (head: Buffer, ...runs: Buffer[]) => box('traf', head, tfdt(0), ...runs)

/** Bytes of a moof that has the shape of the one that `make` gives. */
const sizeOf = (make: (moofBytes: number) => Buffer): number => make(0).length
/** A moof whose offsets may depend on its own size. */
const sized = (make: (moofBytes: number) => Buffer): Buffer => make(sizeOf(make))
const simple = (extra = 8) => sized((size) => moofOf(trafOf(tfhd(1), runAt(size + extra))))

const codesOf = (...parts: Buffer[]) => inspectAll(...parts).faults.map(({ code }) => code)
const outside = ['samples-outside-mdat']
const isRight = (...parts: Buffer[]) => deepEqual(inspectAll(...parts).faults, [])
const isWrong = (...parts: Buffer[]) => deepEqual(codesOf(...parts), outside)

describe('samples lie inside an mdat of their segment', () => {
  it('behind whatever stands in front of the moof', () => {
    isRight(styp(), sidx({ references: [] }), prft, emsg, simple(), mdat())
  })

  it('behind private bytes and in front of padding', () => {
    isRight(simple(8 + 30), mdat(130))
    isRight(simple(), mdat(500))
  })

  it('in the second of several mdats, and behind a free box', () => {
    isRight(simple(16 + 12 + 8), box('free', bytes(8)), mdat(4), mdat(100))
    isRight(simple(24), box('free', bytes(8)), mdat())
  })

  it('in an mdat with a 64-bit size, and in one that lasts to the end', () => {
    isRight(simple(16), withLargeSize(mdat()))
    isRight(simple(), withSize(mdat(), 0))
    isWrong(simple(), withSize(mdat(99), 0))
    isWrong(simple(8), withLargeSize(mdat()))
  })

  it('not at offset 0, in the header of the mdat, half behind it, or beyond', () => {
    isWrong(moofOf(trafOf(tfhd(1), runAt(0))), mdat())
    isWrong(simple(0), mdat())
    isWrong(simple(7), mdat())
    isWrong(simple(9), mdat())
    isWrong(simple(100_000), mdat())
  })

  it('not without mdat, with a short one, or with one that another box replaces', () => {
    isWrong(simple())
    isWrong(simple(), mdat(99))
    isWrong(simple(), box('free', bytes(100)))
    isWrong(simple(), box('mdat'))
    isWrong(simple(), box('free'), mdat())
  })

  it('for each chunk, whichever has lost its mdat', () => {
    const chunk = (sequence: number, hasMdat: boolean) =>
      Buffer.concat([moof({ sequence, at: (sequence - 1) * 1_000 }), ...(hasMdat ? [mdat()] : [])])
    isRight(chunk(1, true), chunk(2, true), chunk(3, true))
    for (const lost of [1, 2, 3]) isWrong(...[1, 2, 3].map((nth) => chunk(nth, nth !== lost)))
    deepEqual(codesOf(chunk(1, false), chunk(2, true), chunk(3, false)), [...outside, ...outside])
  })

  it('for each run, one behind the other or where its offset says', () => {
    isRight(
      sized((size) => moofOf(trafOf(tfhd(1), runAt(size + 8), runAt(null), runAt(null)))),
      mdat(300),
    )
    isWrong(
      sized((size) => moofOf(trafOf(tfhd(1), runAt(size + 8), runAt(null), runAt(null)))),
      mdat(299),
    )
    const apart = (second: number) =>
      sized((size) => moofOf(trafOf(tfhd(1), runAt(size + 8), runAt(size + second))))
    isRight(apart(8 + 150), mdat(250))
    isRight(apart(8 + 100 + 8 + 50), mdat(100), mdat(200))
    isWrong(apart(8 + 100 + 7), mdat(100), mdat(200))
    isWrong(apart(8 + 151), mdat(250))
    isRight(
      sized((size) => moofOf(trafOf(tfhd(1), runAt(size + 108), runAt(size + 8)))),
      mdat(200),
    )
  })

  it('without data offset at the base, which for default-base-is-moof is no place for samples', () => {
    isWrong(moofOf(trafOf(tfhd(1), runAt(null))), mdat())
    isWrong(moofOf(trafOf(noBase(), runAt(null))), mdat())
    isRight(
      sized((size) => moofOf(trafOf(ownBase(size + 8), runAt(null)))),
      mdat(),
    )
  })

  it('from base-data-offset on, which counts from the start of the file', () => {
    const based = (base: (size: number) => number, offset: (size: number) => number | null) =>
      sized((size) => moofOf(trafOf(ownBase(base(size)), runAt(offset(size)))))
    isRight(
      based(
        () => 0,
        (size) => size + 8,
      ),
      mdat(),
    )
    isRight(
      based(
        (size) => size + 8,
        () => 0,
      ),
      mdat(),
    )
    isWrong(
      based(
        (size) => size,
        () => 0,
      ),
      mdat(),
    )
    isWrong(
      based(
        () => 1,
        (size) => size + 8,
      ),
      mdat(),
    )
    const header = Buffer.concat([ftyp, moov()])
    isRight(
      header,
      based(
        () => header.length,
        (size) => size + 8,
      ),
      mdat(),
    )
    isWrong(
      header,
      based(
        () => header.length + 1,
        (size) => size + 8,
      ),
      mdat(),
    )
    isWrong(
      header,
      based(
        () => 2 ** 40,
        (size) => size + 8,
      ),
      mdat(),
    )
  })

  it('in a file that the segment is cut out of, which is told', () => {
    const based = sized((size) => moofOf(trafOf(ownBase(5_000), runAt(size + 8))))
    const { faults, media } = inspectAll(based, mdat())
    deepEqual([faults, media?.missingFront], [[], 5_000])
    const data = sized((size) => moofOf(trafOf(ownBase(5_000 + size + 8), runAt(0))))
    equal(inspectAll(data, mdat()).media?.missingFront, 5_000)
    isWrong(data, mdat(99))
  })

  it('behind the data of the traf before, where nothing says default-base-is-moof', () => {
    const two = (second: Buffer) =>
      sized((size) => moofOf(trafOf(noBase(1), runAt(size + 8)), trafOf(noBase(2), second)))
    isRight(two(runAt(null)), mdat(200))
    isRight(two(runAt(50)), mdat(250))
    isWrong(two(runAt(null)), mdat(199))
    const both = sized((size) => moofOf(trafOf(tfhd(1), runAt(size + 8)), trafOf(tfhd(2), runAt(size + 108))))
    isRight(both, mdat(200))
    isWrong(both, mdat(150))
  })

  it('by the sizes of trun, else that of tfhd', () => {
    const defaulted = (size: number) =>
      fragment(moofOf(trafOf(ofDefaultSize(size), trun({ samples: samples(5) }))))
    isRight(defaulted(10))
    isRight(defaulted(2 ** 20))
    isWrong(located(moofOf(trafOf(ofDefaultSize(21), trun({ samples: samples(5) })))), mdat())
  })

  it('by the size of trex, for which the mdat sets a limit', () => {
    const run = trun({ samples: samples(5) })
    const sizesOf = (...parts: Buffer[]) => inspectAll(...parts).media?.defaultSizes
    const unsized = located(moofOf(trafOf(tfhd(1), run)))
    deepEqual(sizesOf(unsized, mdat()), { min: 1, max: 20 })
    deepEqual(sizesOf(unsized, mdat(99)), { min: 1, max: 19 })
    deepEqual(sizesOf(unsized, mdat(), unsized, mdat(10)), { min: 1, max: 2 })
    equal(sizesOf(simple(), mdat()), null)
    isWrong(unsized)
    isWrong(unsized, box('free'), mdat())
  })

  it('or in front of their moof only where base-data-offset leads there', () => {
    const back = (base: number) => moofOf(trafOf(ownBase(base), runAt(0)))
    isRight(mdat(), back(8))
    isWrong(mdat(), back(9))
    const far = Buffer.concat(Array.from({ length: 100 }, () => mdat(8)))
    isRight(mdat(), far, back(8))
  })

  it('and are not judged where the upload breaks off or its trun cannot be read', () => {
    deepEqual(codesOf(simple(), mdat().subarray(0, 50)), ['box-malformed'])
    deepEqual(codesOf(simple(), Buffer.alloc(50)), ['box-malformed'])
    const broken = sized((size) =>
      moofOf(trafOf(tfhd(1), box('trun', u32(0xf01, 9)), runAt(size + 8), runAt(null))),
    )
    deepEqual(codesOf(broken, mdat()), ['box-malformed'])
  })

  it('segment by segment of a long request', () => {
    const header = [ftyp, moov()]
    const far = sized((size) =>
      box('moof', mfhd(), box('traf', tfhd(1, { flags: sync }), tfdt(0), runAt(size + 8), runAt(size + 400))),
    )
    const next = located(
      box(
        'moof',
        mfhd(2),
        box('traf', tfhd(1, { flags: nonSync }), tfdt(20), trun({ samples: samples(10, 10) })),
      ),
    )
    isRight(...header, far, mdat(), next, box('mdat', bytes(500)))
    isWrong(...header, styp(), far, mdat(), styp(), next, box('mdat', bytes(500)))
  })

  it('and the fault says which moof and which bytes', () => {
    match(
      inspect(Buffer.concat([styp(), simple(), mdat(99)])).faults[0]?.message ?? '',
      /^expected the samples of moof at byte 16 inside an mdat of its segment; those at bytes 1\d\d to 2\d\d are not$/,
    )
  })

  it('also for tens of thousands of runs in any order', () => {
    const runs = Array.from({ length: 30_000 }, (_, at) => runAt(100_000_000 - at * 20, 1))
    const { faults } = inspectAll(moofOf(trafOf(tfhd(1), ...runs)), mdat())
    equal(faults[0]?.code, 'samples-outside-mdat')
    const contiguous = Array.from({ length: 20_000 }, (_, at) => runAt(at === 0 ? 0 : null, 1))
    isRight(fragment(moofOf(trafOf(tfhd(1), ...contiguous))))
  })
})

describe('every moof of a segment', () => {
  const second = (...inside: Buffer[]) =>
    fragment(box('moof', mfhd(2), box('traf', tfhd(1), ...inside, trun({ samples: samples(10, 10) }))))
  const first = fragment(moofOf(trafOf(tfhd(1), trun({ samples: samples(10, 10) }))))

  it('has a tfdt of its own', () => {
    equal(inspectAll(first, second(tfdt(10))).media?.untimedChunks, 0)
    equal(inspectAll(first, second()).media?.untimedChunks, 1)
  })

  it('begins from 0 on', () => {
    const belowZero = box('tfdt', u32(0x0100_0000, 0xffff_ffff, 0xffff_fff6))
    deepEqual(codesOf(first, second(belowZero)), ['decode-time-negative'])
    equal(inspectAll(second(belowZero), first).media?.decodeTime, -10)
  })

  it('is next by its sequence number, also after 2^32-1', () => {
    const at = (sequence: number) =>
      fragment(box('moof', mfhd(sequence), trafOf(tfhd(1), trun({ samples: samples(1, 10) }))))
    const factsOf = (...numbers: number[]) => {
      const { media } = inspectAll(...numbers.map(at))
      return [media?.sequenceIncreases, media?.sequenceGap]
    }
    deepEqual(factsOf(1, 2, 3), [true, null])
    deepEqual(factsOf(1, 4, 9), [true, { expected: 2, received: 4 }])
    deepEqual(factsOf(0xffff_ffff, 0, 1), [true, null])
    deepEqual(factsOf(0xffff_fffe, 0xffff_ffff, 1), [true, null])
    deepEqual(factsOf(0xffff_fffe, 0), [false, null])
    deepEqual(factsOf(5, 5), [false, null])
  })

  it('goes on where a 32-bit decode time begins anew', () => {
    const short = (time: number) => box('tfdt', u32(0, time))
    const { media } = inspectAll(
      fragment(moofOf(box('traf', tfhd(1), short(0xffff_fffb), trun({ samples: samples(10, 10) })))),
      second(short(5)),
    )
    deepEqual([media?.innerGap, media?.isShortDecodeTime], [0, true])
  })

  it('has composition offsets that its version can hold', () => {
    const shown = (version: number, offset: number) =>
      fragment(moofOf(trafOf(ofDefaultSize(4), box('trun', u32(version * 2 ** 24 + 0x801, 2, 0, 7, offset)))))
    isRight(shown(0, 0x7fff_ffff))
    isRight(shown(1, 0xffff_ff00))
    deepEqual(codesOf(shown(0, 0xffff_ff00)), ['composition-offset-negative'])
    deepEqual(codesOf(first, shown(0, 0x8000_0000)), ['composition-offset-negative'])
  })

  it('is read however many faults of other kinds come before', () => {
    const wrong = located(moofOf(trafOf(tfhd(1), trun({ samples: samples(10, 10) }))))
    const { media, faults } = inspectAll(...Array.from({ length: 40 }, () => wrong))
    deepEqual([media?.chunkCount, faults.length], [40, 16])
  })
})

import {
  box,
  ftyp,
  mdat,
  mfra,
  moof,
  moov,
  prft,
  sidx,
  styp,
  tfhd,
  trun,
  u32,
  withLargeSize,
  withSize,
} from '@pushav/shared/testing/media/boxes.ts'
import fc from 'fast-check'

const containers = 'moov trak mdia minf stbl mvex udta moof traf sinf'.split(' ')
const leaves = [
  'ftyp styp sidx prft emsg free mdat mfra uuid pssh mfhd tfhd tfdt trun senc saiz saio sbgp sgpd',
  'tenc schm schi elst',
  'mvhd tkhd mdhd hdlr elng kind stsd trex avc1 hvc1 mp4a encv stpp wvtt avcC hvcC av1C vpcC esds btrt frma abcd',
  'avc3 hev1 dvh1 dav1 av01 vp09 Opus fLaC ac-3 ec-3 ac-4 vvc1 wave dOps dfLa dac3 dec3 dac4 dvcC dvvC vttC vvcC',
].flatMap((line) => line.split(' '))

/** Small numbers, those around what fits, and those that overflow. */
const numbers = fc.oneof(
  fc.nat(64),
  fc.constantFrom(0x7fff_ffff, 0x8000_0000, 0xffff_fff8, 0xffff_ffff),
  fc.nat(0xffff_ffff),
)
const body = fc.oneof(
  fc.uint8Array({ maxLength: 120 }).map((bytes) => Buffer.from(bytes)),
  fc.array(numbers, { maxLength: 24 }).map((words) => u32(...words)),
)
/** Large enough to be put together in several steps. */
const long = trun({ samples: Array.from({ length: 3_000 }, (_, duration) => ({ duration })) })
const longMoof = box('moof', box('mfhd', u32(0, 1)), box('traf', tfhd(1), long))
/** A moof whose samples lie in the mdat that may follow, or near it, by any of the ways to say so. */
const placed = fc
  .record({
    head: fc.constantFrom(0x2_0000, 0, 0x1, 0x2_0010, 0x11),
    base: numbers,
    size: fc.nat(60),
    runs: fc.array(
      fc.record({
        offset: fc.option(fc.oneof(fc.integer({ min: -20, max: 400 }), numbers)),
        size: fc.nat(60),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    time: fc.option(fc.oneof(numbers, fc.constant(-1))),
    mdat: fc.option(fc.nat(300)),
  })
  .map(({ head, base, size, runs, time, mdat }) => {
    const optional = [...(head & 0x1 ? [0, base] : []), ...(head & 0x10 ? [size] : [])]
    const truns = runs.map(({ offset, size }) =>
      offset === null
        ? box('trun', u32(0x200, 1, size))
        : box('trun', u32(size % 2 ? 0x201 : 0x1, 1, offset >>> 0, ...(size % 2 ? [size] : []))),
    )
    const tfdt = time === null ? [] : [box('tfdt', u32(0x0100_0000, time >>> 31, time >>> 0))]
    const traf = box('traf', box('tfhd', u32(head, 1, ...optional)), ...tfdt, ...truns)
    const moof = box('moof', box('mfhd', u32(0, base)), traf, ...(size % 4 ? [] : [traf]))
    return Buffer.concat([moof, ...(mdat === null ? [] : [box('mdat', Buffer.alloc(mdat))])])
  })
/** A moof with information on encryption that fits its samples, or nearly so. */
const encrypted = fc
  .record({
    samples: fc.nat(4),
    entries: fc.nat(4),
    ivSize: fc.constantFrom(0, 7, 8, 16),
    subsamples: fc.array(fc.tuple(fc.nat(40), fc.nat(40)), { maxLength: 3 }),
    flags: fc.constantFrom(0, 1, 2),
    sizes: fc.array(fc.nat(255), { maxLength: 4 }),
    size: fc.nat(40),
    offsets: fc.array(numbers, { maxLength: 3 }),
    description: fc.option(fc.nat(3)),
    cut: fc.nat(30),
  })
  .map(({ samples, entries, ivSize, subsamples, flags, sizes, size, offsets, description, cut }) => {
    const parts = flags & 2 ? subsamples.flatMap(([clear, hidden]) => [0, clear, ...u32(hidden)]) : []
    const head = flags & 2 ? [0, subsamples.length] : []
    const entry = [...Buffer.alloc(ivSize, 3), ...head, ...parts]
    const body = Array.from({ length: entries }, () => entry).flat()
    const senc = box('senc', u32(flags, entries), body.slice(0, Math.max(0, body.length - (cut % 3))))
    const saiz = box('saiz', u32(0), [size], u32(entries), sizes)
    const run = trun({ samples: Array.from({ length: samples }, () => ({ duration: 5, size: 40 })) })
    const named = description === null ? tfhd(1) : box('tfhd', u32(0x2_0002, 1, description))
    const saio = box('saio', u32(0, offsets.length, ...offsets))
    const inside = [senc, saiz, saio].filter((_box, at) => (cut >> at) & 1)
    return box(
      'moof',
      box('mfhd', u32(0, 1)),
      box('traf', named, ...(cut % 2 ? [run, ...inside] : [...inside, run])),
    )
  })
/** A sidx that leads to what follows it, or near it. */
const indexed = fc
  .record({
    media: fc.array(placed, { minLength: 1, maxLength: 3 }),
    off: fc.array(fc.constantFrom(0, 0, 0, 1, -1, 8), { minLength: 3, maxLength: 3 }),
    nested: fc.constantFrom(0, 0, 0x8000_0000),
    duration: numbers,
    timescale: fc.constantFrom(0, 1_000, 90_000),
    firstOffset: fc.constantFrom(0, 0, 8, 0xffff_ffff),
  })
  .map(({ media, off, nested, duration, timescale, firstOffset }) => {
    const references = media.map((bytes, at) => {
      const size = Math.max(0, bytes.length + (off[at] ?? 0))
      return [(nested | size) >>> 0, duration] as const
    })
    return Buffer.concat([sidx({ references, timescale, firstOffset }), ...media])
  })
const whole = fc.oneof(
  placed,
  encrypted,
  indexed,
  fc.constantFrom(ftyp, styp(), prft, moov(), moof(), mdat, mfra, longMoof),
)

/** A size that is true in one of its three forms, or a lie. */
const sized = (bytes: fc.Arbitrary<Buffer>) =>
  fc.oneof(
    { weight: 6, arbitrary: bytes },
    { weight: 1, arbitrary: bytes.map((box) => withLargeSize(box)) },
    { weight: 1, arbitrary: bytes.map((box) => withSize(box, 0)) },
    { weight: 1, arbitrary: fc.tuple(bytes, numbers).map(([box, size]) => withSize(box, size)) },
    {
      weight: 1,
      arbitrary: fc.tuple(bytes, fc.double({ noNaN: true, min: 0, max: 2 ** 63 })).map(lyingLarge),
    },
  )

const lyingLarge = ([bytes, size]: [Buffer, number]): Buffer => withLargeSize(bytes, Math.floor(size))

const { tree } = fc.letrec<{ tree: Buffer }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    sized(fc.tuple(fc.constantFrom(...leaves), body).map(([type, inside]) => box(type, inside))),
    whole,
    sized(
      fc
        .tuple(fc.constantFrom(...containers, ...leaves), fc.array(tie('tree'), { maxLength: 5 }))
        .map(([type, inside]) => box(type, ...inside)),
    ),
  ),
}))

/** Boxes of known types in any order and depth; some sizes are 64-bit, zero or lies. */
export const boxes: fc.Arbitrary<Buffer> = fc.array(tree, { maxLength: 8 }).map((all) => Buffer.concat(all))

const kinds = ['byte', 'word', 'cut', 'remove', 'double', 'splice'] as const

/** One change to a file: near a box, or anywhere. */
const change = fc.record({
  kind: fc.constantFrom(...kinds),
  nearBox: fc.boolean(),
  where: fc.nat(2 ** 20),
  length: fc.nat(48),
  value: numbers,
})
type Change = typeof change extends fc.Arbitrary<infer Value> ? Value : never

/** One of some real files with up to five changes. */
export const mutatedOf = (files: readonly Buffer[]): fc.Arbitrary<Buffer> =>
  fc
    .tuple(fc.constantFrom(...files), fc.array(change, { minLength: 1, maxLength: 5 }))
    .map(([file, changes]) => changes.reduce((bytes, one) => changed(bytes, one, files), file))

function changed(bytes: Buffer, { kind, nearBox, where, length, value }: Change, files: readonly Buffer[]) {
  const at = Math.min(bytes.length, nearBox ? nearABox(bytes, where) : where % (bytes.length + 1))
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)]
  const other = files[where % files.length] ?? bytes
  switch (kind) {
    case 'byte':
      return Buffer.concat([before, Buffer.from([value & 0xff]), after.subarray(1)])
    case 'word':
      return Buffer.concat([before, u32(value), after.subarray(4)])
    case 'cut':
      return before
    case 'remove':
      return Buffer.concat([before, after.subarray(length)])
    case 'double':
      return Buffer.concat([before, after.subarray(0, length), after])
    case 'splice':
      return Buffer.concat([before, other.subarray(value % (other.length + 1))]).subarray(0, 100_000)
  }
}

/** Shortly before or behind the name of a box. */
function nearABox(bytes: Buffer, where: number): number {
  const all = [...containers, ...leaves]
  const found = bytes.indexOf(all[where % all.length] ?? 'moof', 0, 'latin1')
  return found < 0 ? where % (bytes.length + 1) : Math.max(0, found - 4 + (where % 44))
}

/** How to cut bytes into parts, as lengths that are taken in turn. */
export const pieceLengths: fc.Arbitrary<readonly number[]> = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 4_000 })),
  { minLength: 1, maxLength: 8 },
)

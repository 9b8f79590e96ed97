import { deepEqual, equal, match } from 'node:assert/strict'
import {
  box,
  chunk,
  emsg,
  ftyp,
  letters,
  located,
  many,
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
  visualEntry,
  withLargeSize,
  withSize,
} from '@pushav/shared/testing/media/boxes.ts'
import { createInspector } from './inspector.ts'
import { inspect, inspectAll } from './testing/inspect.ts'

const codesOf = (...parts: Buffer[]) => inspectAll(...parts).faults.map(({ code }) => code)
const faultOf = (...parts: Buffer[]) => inspectAll(...parts).faults[0]?.message ?? ''
const kindOf = (...parts: Buffer[]) => inspectAll(...parts).kind

describe('createInspector', () => {
  describe('kind', () => {
    it('is init where a moov comes before any moof', () => {
      equal(kindOf(ftyp, moov()), 'init')
      equal(kindOf(moov()), 'init')
      equal(kindOf(ftyp, moov(), chunk()), 'init')
      equal(kindOf(ftyp, mdat, moov()), 'init')
    })

    it('is init where ftyp stands alone, though its moov is missing', () => {
      deepEqual(inspect(ftyp).init, null)
      equal(kindOf(ftyp), 'init')
    })

    it('is segment where a moof comes first, and where only its company is there', () => {
      for (const first of [chunk(), mdat, styp(), prft, emsg, sidx({ references: [] })])
        equal(kindOf(first), 'segment')
      equal(kindOf(chunk(), ftyp, moov()), 'segment')
      equal(kindOf(styp(), ftyp), 'segment')
    })

    it('comes from the text where there are no boxes', () => {
      equal(kindOf(letters('\n<?xml version="1.0"?><MPD>')), 'mpd')
      equal(kindOf(letters('#EXTM3U\n#EXT-X-VERSION:7')), 'playlist')
      deepEqual(codesOf(letters('#EXTM3U\n')), [])
      deepEqual(codesOf(letters('<!--free--><MPD>')), [])
    })

    it('is other for anything else, which is a fault that shows the first bytes', () => {
      for (const bytes of [
        'hello world, this is text',
        '\xff\xd8\xff\xe0',
        'abc',
        '',
        'G@\0\x10\0\0\xb0\r',
      ]) {
        equal(inspect(letters(bytes)).kind, 'other')
        deepEqual(codesOf(letters(bytes)), ['media-not-isobmff'])
      }
      match(faultOf(letters('hello world')), /received 11 bytes that begin with 68656c6c6f20776f/)
      equal(inspectAll(box('free'), Buffer.alloc(4_000)).kind, 'other')
    })
  })

  it('names the brands of the first ftyp or styp, major first, none twice', () => {
    deepEqual(inspectAll(ftyp, moov(), styp('msdh'), chunk()).brands, ['cmfc', 'iso6'])
    deepEqual(inspectAll(styp('msdh', 'msix', 'lmsg'), chunk()).brands, ['msdh', 'msix', 'lmsg'])
  })

  it('describes the first of several headers', () => {
    const other = box('ftyp', letters('iso5'), u32(0))
    const { init, brands } = inspectAll(ftyp, moov(), chunk(), other, moov({ handler: 'soun' }), chunk())
    deepEqual([init?.handler, brands[0]], ['vide', 'cmfc'])
  })

  it('reads inner boxes with 64-bit sizes, zero sizes and trailing zeros', () => {
    const mfhd = withLargeSize(box('mfhd', u32(0, 7)))
    const traf = box('traf', withLargeSize(tfhd(3)), withSize(trun({ samples: [{ duration: 5 }] }), 0))
    const { media, faults } = inspect(box('moof', mfhd, traf, Buffer.alloc(4)))
    deepEqual(
      [media?.firstSequence, media?.trackId, media?.explicitDuration, faults.map(({ code }) => code)],
      [7, 3, 5, ['samples-outside-mdat']],
    )
  })

  it('says the same however the bytes of a large box are split', () => {
    const samples = Array.from({ length: 5_000 }, (_, duration) => ({ duration }))
    const bytes = box('moof', box('mfhd', u32(0, 1)), box('traf', trun({ samples }), tfhd(1)))
    equal(inspect(bytes).media?.explicitDuration, 12_497_500)
    for (const pieceBytes of [1, 7, 4_095]) deepEqual(inspect(bytes, pieceBytes), inspect(bytes))
  })

  it('finds nothing wrong with any order that the format allows', () => {
    const bodies = [
      [
        ftyp,
        box('free'),
        moov(),
        sidx({ references: [] }),
        styp(),
        prft,
        emsg,
        chunk(),
        box('uuid', Buffer.alloc(16)),
      ],
      [
        prft,
        styp(),
        chunk(),
        box('abcd', letters('unknown')),
        chunk({ sequence: 2, at: 1_000 }),
        box('mfra', u32(1)),
      ],
      [withLargeSize(styp()), withLargeSize(located(moof(), 24)), withLargeSize(mdat)],
      [moof(), withSize(mdat, 0)],
      [withSize(moov(), 0)],
    ]
    for (const parts of bodies) deepEqual(inspectAll(...parts).faults, [])
  })

  it('misses the mdat of a moof that lasts to the end', () => {
    deepEqual(codesOf(withSize(moof(), 0)), ['samples-outside-mdat'])
  })

  it('reads a moov or moof that lasts to the end', () => {
    equal(inspect(withSize(moov(), 0)).init?.codec, 'avc1.4d401f')
    equal(inspect(withSize(moof(), 0), 5).media?.sampleCount, 10)
  })

  it('takes an empty mfra for the end of the track, alone and behind media', () => {
    deepEqual(inspect(mfra), { ...inspect(mfra), kind: 'other', endsTrack: true, faults: [] })
    equal(inspectAll(ftyp, moov(), chunk(), mfra).endsTrack, true)
    equal(inspectAll(ftyp, moov(), chunk(), box('mfra', box('mfro', u32(0, 16)))).endsTrack, false)
  })

  describe('faults', () => {
    it('say how much of the last box is missing', () => {
      const whole = chunk()
      match(
        faultOf(whole.subarray(0, -1)),
        /^expected a mdat of 108 bytes at byte \d+; the upload ends after 107 bytes of it$/,
      )
      match(
        faultOf(whole.subarray(0, 20)),
        /^expected a moof of \d+ bytes at byte 0; the upload ends after 20 /,
      )
      match(faultOf(whole, mdat.subarray(0, 3)), /^expected a box at byte \d+; the upload ends after 3 /)
      match(faultOf(whole, withLargeSize(mdat).subarray(0, 12)), /the upload ends after 12 bytes/)
    })

    it('say where no box can begin', () => {
      for (const size of [2, 7])
        match(faultOf(ftyp, withSize(mdat, size)), new RegExp(`at byte 24; received one of ${size} bytes`))
      match(faultOf(ftyp, withLargeSize(mdat, 15)), /at byte 24; received one of 15 bytes/)
      match(faultOf(ftyp, Buffer.alloc(64)), /at byte 24; received the bytes 0000000000000000 \(hex\)/)
    })

    it('say which box is beyond the limits of this server, and keep what else there is', () => {
      const large = 2 ** 20 + 1
      const codesOf = (...parts: Buffer[]) => inspect(Buffer.concat(parts)).faults.map(({ code }) => code)
      for (const type of ['moov', 'moof'])
        match(
          faultOf(box(type, Buffer.alloc(large))),
          new RegExp(
            `^expected a ${type} of up to 1048576 bytes at byte 8, more is beyond the limit of this server; received ${large}, `,
          ),
        )
      match(
        faultOf(withSize(box('moof', Buffer.alloc(large)), 0)),
        /up to 1048576 bytes .* received 1048577, /,
      )
      match(faultOf(withLargeSize(moof(), 2 ** 60)), /the upload ends after/)
      const brands = Buffer.concat([
        letters('cmfc'),
        u32(0),
        ...Array.from({ length: 500 }, () => letters('cmf2')),
      ])
      const many = inspect(Buffer.concat([box('ftyp', brands), moov()]))
      deepEqual(
        many.faults.map(({ code }) => code),
        ['box-too-large'],
      )
      equal(many.init?.brands[0], 'cmfc')
      deepEqual(codesOf(box('prft', Buffer.alloc(100)), moof(), mdat), ['box-too-large'])
    })

    it('say which box inside another does not fit, and keep what does', () => {
      const lying = trun({ samples: [{ duration: 1 }, { duration: 2 }] })
      lying.writeUInt32BE(3, 12)
      const body = box('moof', box('mfhd', u32(0, 9)), box('traf', lying, tfhd(1), withSize(box('free'), 9)))
      const { faults, media } = inspect(body)
      equal(faults.length, 2)
      match(faults[0]?.message ?? '', /^expected trun at byte 40 to hold at least 24 bytes; it holds 20$/)
      match(
        faults[1]?.message ?? '',
        /^expected a box within the 8 bytes left of traf at byte \d+; found one of 9 bytes$/,
      )
      deepEqual([media?.firstSequence, media?.sampleCount], [9, 0])
    })

    it('say where an inner box has an impossible size', () => {
      for (const size of [2, 7])
        match(
          faultOf(box('moof', withSize(box('mfhd', u32(0, 1)), size))),
          /left of moof at byte 8; found bytes that are none/,
        )
    })

    it('are all that a box cut short comes to, wherever it stands', () => {
      const leaves = 'mfhd tfhd tfdt trun trex tkhd mdhd hdlr elng kind stsd ftyp styp prft'.split(' ')
      const configurations = 'avcC hvcC av1C vpcC esds btrt sinf'.split(' ')
      for (const fill of [0x00, 0x01, 0x03, 0xff])
        for (let length = 0; length < 120; length++) {
          const body = Buffer.alloc(length, fill)
          for (const leaf of leaves) inspect(everywhere(box(leaf, body)))
          for (const type of configurations) inspect(moov({ entry: visualEntry('avc1', box(type, body)) }))
          for (const handler of ['vide', 'soun', 'text', 'subt'])
            for (const type of ['stpp', 'wvtt']) inspect(moov({ handler, entry: box(type, body) }))
          inspect(moov({ entry: visualEntry('encv', box('sinf', box('frma', body))) }))
        }
    })

    it('say what every moov and moof must have', () => {
      match(faultOf(box('moov')), /expected a whole trak in moov at byte 8; there is none/)
      deepEqual(
        inspect(box('moov', box('trak'))).faults.map(({ message }) => /whole (\w+) /.exec(message)?.[1]),
        ['tkhd', 'mdhd', 'hdlr', 'stsd', 'mvhd'],
      )
      deepEqual(
        inspect(box('moof', box('traf'))).faults.map(({ message }) => /whole (\w+) /.exec(message)?.[1]),
        ['tfhd', 'mfhd', 'traf'],
      )
    })

    it('are at most 16, however broken the upload', () => {
      equal(inspect(many(50_000, box('moof'))).faults.length, 16)
      equal(inspect(box('moof', box('traf', many(50_000, box('trun'))))).faults.length, 16)
    })
  })

  it('takes time in proportion to the bytes, however small or nested the boxes', () => {
    const mfhd = box('mfhd', u32(0, 1))
    const hostile = [
      many(100_000, box('free')),
      many(50_000, styp()),
      many(20_000, box('moof', mfhd, box('traf', tfhd(1)))),
      box('moof', mfhd, many(40_000, box('traf', tfhd(1)))),
      box('moof', mfhd, box('traf', tfhd(1), many(60_000, box('trun', u32(0, 0))))),
      box('moov', many(100_000, box('trak'))),
      box('moov', box('trak', many(100_000, box('mdia')))),
      box('moov', box('trak', Buffer.concat(Array.from({ length: 100_000 }, nestedMdia)))),
    ]
    for (const bytes of hostile) {
      const start = process.cpuUsage().user
      inspect(bytes, 4_096)
      const ms = (process.cpuUsage().user - start) / 1_000
      equal(ms < 2_000, true, `${ms} ms`)
    }
  })

  it('looks no further once it has found enough faults', () => {
    const mfhd = box('mfhd', u32(0, 1))
    const sinf = box('sinf', box('frma'))
    const broken = [
      box('moof', mfhd, many(60_000, box('traf', box('tfhd')))),
      box('moov', many(60_000, box('mvex', box('trex')))),
      box('moov', box('mvhd', Buffer.alloc(100)), box('trak', many(60_000, box('mdia', box('mdhd'))))),
      moov({ entry: visualEntry('encv', many(40_000, sinf)) }),
    ]
    for (const bytes of broken) {
      const before = process.threadCpuUsage()
      equal(inspect(bytes).faults.length, 16)
      const { user, system } = process.threadCpuUsage(before)
      equal(user + system < 100_000, true, `${(user + system) / 1_000} ms`)
    }
  })

  it('allocates nothing for a size that is only declared', () => {
    const before = process.memoryUsage().arrayBuffers
    const open = Array.from({ length: 100 }, (_, index) => {
      const inspector = createInspector()
      inspector.add(
        withSize(box(index % 2 ? 'moof' : 'moov', letters('tiny')), index % 3 ? 2 ** 20 : 0xffff_ffff),
      )
      return inspector
    })
    const perUpload = (process.memoryUsage().arrayBuffers - before) / open.length
    equal(perUpload < 16_384, true, `${perUpload} bytes an upload`)
    for (const inspector of open) equal(inspector.result().faults.length > 0, true)
  })

  it('holds a few MiB of a body without end', () => {
    const inspector = createInspector()
    const before = process.memoryUsage().arrayBuffers
    inspector.add(withSize(moof(), 0))
    const more = Buffer.alloc(2 ** 20)
    let most = 0
    for (let mib = 0; mib < 256; mib++) {
      inspector.add(more)
      most = Math.max(most, process.memoryUsage().arrayBuffers - before)
    }
    equal(most < 16 * 2 ** 20, true, `${most} bytes`)
    match(inspector.result().faults[0]?.message ?? '', /received 2684/)
  })
})

/** The box alone and in all places that are looked into. */
const everywhere = (leaf: Buffer): Buffer =>
  Buffer.concat([
    box('moof', leaf, box('traf', leaf)),
    box('moov', box('mvex', leaf), box('trak', leaf, box('mdia', leaf, box('minf', box('stbl', leaf))))),
    leaf,
  ])

/** The header of a box that holds all that follow. */
const nestedMdia = (_: unknown, at: number): Buffer => withSize(box('mdia'), 800_000 - 8 * at)

import { deepEqual, equal, match } from 'node:assert/strict'
import {
  audioEntry,
  avc1,
  avcC,
  box,
  esds,
  hevcConfiguration,
  hvcC,
  letters,
  moov,
  protection,
  tenc,
  u32,
  visualEntry,
} from '@pushav/shared/testing/media/boxes.ts'
import { inspect } from '../testing/inspect.ts'

function initOf(parts: Parameters<typeof moov>[0] = {}) {
  const { init, faults } = inspect(moov(parts))
  deepEqual(faults, [])
  if (!init) throw new Error('no init')
  return init
}
const codecOf = (entry: Buffer, handler = 'vide') => initOf({ entry, handler }).codec
const sinf = (original: string) => box('sinf', box('frma', letters(original)), box('schm', u32(0)))

describe('init facts', () => {
  it('name track, time scale, handler, language, size and defaults', () => {
    deepEqual(initOf({ trex: { duration: 40, size: 9, flags: 0x1_0000 } }), {
      trackCount: 1,
      trackId: 1,
      timescale: 1_000,
      handler: 'vide',
      codec: 'avc1.4d401f',
      language: 'deu',
      kinds: [],
      width: 640,
      height: 360,
      averageBitrate: null,
      maxBitrate: null,
      encrypted: false,
      isFragmented: true,
      brands: [],
      dolbyVision: null,
      defaultSampleDuration: 40,
      defaultSampleSize: 9,
      defaultSampleFlags: 0x1_0000,
    })
  })

  it('tell by how much an edit list delays the first sample', () => {
    const mvhd = box('mvhd', u32(0, 0, 0, 1_000), Buffer.alloc(84))
    const delayOf = (...elst: readonly number[]) => {
      const trak = box('trak', box('edts', box('elst', u32(...elst))))
      return inspect(box('moov', mvhd, trak)).init?.delaySeconds
    }
    equal(delayOf(0, 2, 1_500, 2 ** 32 - 1, 0x1_0000, 0, 1_024, 0x1_0000), 1.5)
    equal(delayOf(0x0100_0000, 1, 1, 0, 2 ** 32 - 1, 2 ** 32 - 1, 0x1_0000), 2 ** 32 / 1_000)
    equal(delayOf(0, 1, 1_500, 1_024, 0x1_0000), undefined)
    equal(delayOf(0, 0), undefined)
    const { faults } = inspect(box('moov', mvhd, box('trak', box('edts', box('elst', u32(0, 2, 1, 1, 1))))))
    match(faults[0]?.message ?? '', /elst at byte \d+ to hold at least 32 bytes; it holds 20/)
  })

  it('take the trex of the track, not another one', () => {
    const trexOf = (track: number, duration: number) => box('trex', u32(0, track, 1, duration, 0, 0))
    const two = box('moov', box('mvex', trexOf(2, 5), trexOf(1, 7)), moov().subarray(8))
    equal(inspect(two).init?.defaultSampleDuration, 7)
  })

  it('take the size from tkhd, in both versions, where the sample entry has none', () => {
    const init = initOf({ entry: box('stpp', Buffer.alloc(8), letters('ns\0\0\0')), handler: 'subt' })
    deepEqual([init.width, init.height], [640, 360])
    const long = box('tkhd', u32(0x0100_0007, 0, 0, 0, 0, 9), Buffer.alloc(64), u32(320 << 16, 240 << 16))
    const { init: second } = inspect(box('moov', box('trak', long)))
    deepEqual([second?.trackId, second?.width, second?.height], [9, 320, 240])
  })

  it('go by the first of several sample entries', () => {
    const init = initOf({ entry: Buffer.concat([avc1(), visualEntry('hvc1', hvcC)]) })
    deepEqual([init.codec, init.descriptionCount], ['avc1.4d401f', 2])
  })

  it('have as many sample entries as stsd says, each with its configuration', () => {
    const bytes = moov()
    bytes.writeUInt32BE(2, bytes.indexOf('stsd') + 8)
    match(
      inspect(bytes).faults[0]?.message ?? '',
      /^expected 2 sample entries in stsd at byte \d+ as it says; there are 1$/,
    )
    const { faults } = inspect(moov({ entry: Buffer.concat([avc1(), visualEntry('avc1')]) }))
    deepEqual(
      faults.map(({ code }) => code),
      ['decoder-configuration'],
    )
  })

  it('have a trex that names one of their sample entries', () => {
    const described = (number: number, ...entries: Buffer[]) => {
      const bytes = moov({ entry: Buffer.concat(entries) })
      bytes.writeUInt32BE(number, bytes.indexOf('trex') + 12)
      return inspect(bytes)
    }
    const twice = described(2, avc1(), avc1())
    deepEqual([twice.init?.defaultDescription, twice.faults], [2, []])
    for (const wrong of [described(0, avc1()), described(2, avc1()), described(3, avc1(), avc1())])
      deepEqual(
        wrong.faults.map(({ code }) => code),
        ['sample-description-index'],
      )
    match(
      described(2, avc1()).faults[0]?.message ?? '',
      /^expected a sample description from 1 to 1 in trex of moov at byte 8; received 2$/,
    )
  })

  it('say how long the vectors of encrypted samples are', () => {
    const entry = (isProtected: number, size: number, constant = 0) => {
      const fixed = constant > 0 ? [constant, ...Buffer.alloc(constant)] : []
      return visualEntry('encv', avcC, protection('cenc', tenc(isProtected, size, fixed)))
    }
    const sizesOf = (...entries: Buffer[]) => initOf({ entry: Buffer.concat(entries) }).ivSizes
    deepEqual(sizesOf(entry(1, 8)), [8])
    deepEqual(sizesOf(entry(1, 0, 8)), [0])
    deepEqual(sizesOf(entry(1, 0, 16)), [0])
    for (const [size, constant] of [
      [7, 0],
      [0, 0],
      [0, 4],
    ] as const)
      deepEqual(
        inspect(moov({ entry: entry(1, size, constant) })).faults.map(({ code }) => code),
        ['decoder-configuration'],
      )
    deepEqual(sizesOf(entry(1, 16), avc1()), [16, null])
    deepEqual(sizesOf(entry(0, 0)), undefined)
    deepEqual(sizesOf(avc1()), undefined)
  })

  it('say at which media time an edit list begins', () => {
    const startOf = (...elst: readonly number[]) => {
      const bytes = box('moov', box('trak', box('edts', box('elst', u32(...elst)))))
      return inspect(bytes).init?.editStart
    }
    equal(startOf(0, 2, 1_500, 2 ** 32 - 1, 0x1_0000, 0, 1_024, 0x1_0000), 1_024)
    equal(startOf(0x0100_0000, 1, 0, 0, 1, 2, 0x1_0000), 2 ** 32 + 2)
    equal(startOf(0, 1, 1_500, 0, 0x1_0000), undefined)
  })

  it('have no timescale of zero', () => {
    const bytes = moov()
    bytes.writeUInt32BE(0, bytes.indexOf('mdhd') + 16)
    const { init, faults } = inspect(bytes)
    equal(init?.timescale, 0)
    match(faults[0]?.message ?? '', /^expected mdhd at byte \d+ to have a timescale above 0$/)
  })

  it('prefer the extended language', () => {
    equal(initOf({ inMdia: [box('elng', u32(0), letters('de-CH-1996\0'))] }).language, 'de-CH-1996')
  })

  it('list kinds, no more and no longer than sane', () => {
    const kind = box('kind', u32(0), letters('urn:mpeg:dash:role:2011\0main\0'))
    deepEqual(initOf({ inUdta: [kind] }).kinds, ['urn:mpeg:dash:role:2011 main'])
    const long = box('kind', u32(0), Buffer.alloc(100_000, 'x'))
    const { kinds } = initOf({ inUdta: [long, ...Array.from({ length: 100 }, () => kind)] })
    deepEqual([kinds.length, kinds[0]?.length], [32, 256])
  })

  it('read bit rates from btrt', () => {
    const { averageBitrate, maxBitrate } = initOf({ entry: avc1(box('btrt', u32(0, 3_000, 2_000))) })
    deepEqual([averageBitrate, maxBitrate], [2_000, 3_000])
  })

  it('look through encryption at the codec inside', () => {
    const video = initOf({ entry: visualEntry('encv', avcC, sinf('avc3')) })
    deepEqual([video.codec, video.encrypted], ['avc3.4d401f', true])
    const audio = initOf({ entry: audioEntry('enca', esds(0x40, 0x12, 0x10), sinf('mp4a')), handler: 'soun' })
    deepEqual([audio.codec, audio.encrypted], ['mp4a.40.2', true])
    equal(initOf({ entry: visualEntry('drmi', avcC, sinf('avc1')) }).encrypted, true)
    equal(initOf({ entry: box('enct'), handler: 'text' }).encrypted, true)
  })

  it('count the tracks and describe the first', () => {
    const whole = moov()
    const two = box('moov', whole.subarray(8), box('trak', letters('broken!')))
    deepEqual([inspect(two).init?.trackCount, inspect(two).init?.codec], [2, 'avc1.4d401f'])
  })

  it('spell MPEG-4 audio by its object type', () => {
    const codecs = [
      [esds(0x40, 0x12, 0x10), 'mp4a.40.2'],
      [esds(0x40, 0x2b, 0x92), 'mp4a.40.5'],
      // SBR behind the configuration of AAC-LC, and PS around it.
      [esds(0x40, 0x12, 0x10, 0x56, 0xe5, 0xa0), 'mp4a.40.2'],
      [esds(0x40, 0xeb, 0x92, 0x08), 'mp4a.40.29'],
      [esds(0x40, 0xf9, 0x40), 'mp4a.40.42'],
      [esds(0x40), 'mp4a.40'],
      [esds(0x6b), 'mp4a.6b'],
      [box('esds', u32(0), [3, 200, 0, 1]), 'mp4a'],
      [box('esds', u32(0), [3, 0x80, 0x80, 0x80, 0x80, 0x80, 1]), 'mp4a'],
      [box('esds', u32(0), [4, 4, 0, 1, 0, 4, 1, 0x40]), 'mp4a'],
      [box('esds', u32(0), [3, 14, 0, 1, 0xe0, 0, 2, 2, 65, 66, 0, 3, 4, 1, 0x40]), 'mp4a.40'],
      [box('esds', u32(0), [3, 6, 0, 1, 0, 6, 1, 0x40]), 'mp4a'],
      [box('esds'), 'mp4a'],
    ] as const
    for (const [inside, codec] of codecs)
      equal(inspect(moov({ entry: audioEntry('mp4a', inside), handler: 'soun' })).init?.codec, codec)
  })

  it('leave out a configuration that is cut short, which is a fault', () => {
    const entries = { avcC: 'avc1', hvcC: 'hvc1', av1C: 'av01', vpcC: 'vp09' }
    for (const [type, entry] of Object.entries(entries)) {
      const { init, faults } = inspect(moov({ entry: visualEntry(entry, box(type, [1, 2])) }))
      equal(init?.codec, entry)
      equal(faults[0]?.code, 'decoder-configuration')
      match(
        faults[0]?.message ?? '',
        new RegExp(`^expected ${type} at byte \\d+ of ${entry} that .*; it holds 2`),
      )
    }
  })

  it('spell HEVC with profile space, tier and constraints', () => {
    const main = hevcConfiguration(1, 0x01, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93)
    equal(codecOf(visualEntry('hev1', main)), 'hev1.1.6.L93.90')
    const rare = hevcConfiguration(1, 0xa4, 0x08, 0, 0, 0, 0xb0, 0, 0x23, 0, 0, 0, 120)
    equal(codecOf(visualEntry('hvc1', rare)), 'hvc1.B4.10.H120.B0.0.23')
    const plain = hevcConfiguration(1, 0x02, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 30)
    equal(codecOf(visualEntry('hvc1', plain)), 'hvc1.2.4.L30')
  })

  it('are read by the name of the sample entry where the handler says otherwise', () => {
    for (const [entry, handler, codec] of [
      [avc1(), 'soun', 'avc1.4d401f'],
      [audioEntry('mp4a', esds(0x40, 0x12, 0x10)), 'vide', 'mp4a.40.2'],
    ] as const)
      equal(initOf({ entry, handler }).codec, codec)
  })

  it('spell AV1 and VP9 with bit depth', () => {
    equal(codecOf(visualEntry('av01', box('av1C', [0x81, 0x04, 0x0c, 0]))), 'av01.0.04M.08')
    equal(codecOf(visualEntry('av01', box('av1C', [0x81, 0x4d, 0xe0, 0]))), 'av01.2.13H.12')
    equal(
      codecOf(visualEntry('vp09', box('vpcC', u32(0x0100_0000), [2, 31, 0xa0, 1, 1, 1, 0, 0]))),
      'vp09.02.31.10',
    )
  })

  it('give the sample entry alone where no more is known', () => {
    equal(inspect(moov({ entry: visualEntry('avc1') })).init?.codec, 'avc1')
    equal(codecOf(visualEntry('abcd', avcC)), 'abcd')
    equal(codecOf(box('wvtt', Buffer.alloc(8), box('vttC')), 'text'), 'wvtt')
    equal(codecOf(box('urim'), 'meta'), 'urim')
    equal(codecOf(box('\0<\x1b"'), 'meta'), '?<?"')
  })

  it('find btrt behind the texts of a subtitle entry', () => {
    const stpp = box('stpp', Buffer.alloc(8), letters('ns\0loc\0\0'), box('btrt', u32(0, 2, 1)))
    deepEqual(initOf({ entry: stpp, handler: 'subt' }).averageBitrate, 1)
    const endless = inspect(
      moov({ entry: box('stpp', Buffer.alloc(8), letters('endless')), handler: 'subt' }),
    )
    deepEqual([endless.init?.codec, endless.faults[0]?.code], ['stpp', 'decoder-configuration'])
  })

  it('tell whether the moov itself lists samples', () => {
    const listing = (type: string, count: number) =>
      initOf({ inMdia: [box('minf', box('stbl', box(type, u32(0, 100, count))))] }).hasSamples
    deepEqual(
      [listing('stsz', 1), listing('stz2', 7), listing('stsz', 0), initOf({}).hasSamples],
      [true, true, undefined, undefined],
    )
  })

  it('read QuickTime audio entries, which are longer', () => {
    const entry = (version: number, more: number) =>
      box('mp4a', Buffer.alloc(8), [0, version], Buffer.alloc(18 + more), esds(0x40, 0x12, 0x10))
    equal(codecOf(entry(1, 16), 'soun'), 'mp4a.40.2')
    equal(codecOf(entry(2, 36), 'soun'), 'mp4a.40.2')
    const isoVersion = moov({ handler: 'soun', entry: entry(1, 0) })
    isoVersion.writeUInt8(1, isoVersion.indexOf('stsd') + 4)
    equal(inspect(isoVersion).init?.codec, 'mp4a.40.2')
  })
})

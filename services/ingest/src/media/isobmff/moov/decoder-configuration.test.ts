import { deepEqual, equal, match } from 'node:assert/strict'
import {
  aac,
  audioEntry,
  avcC,
  box,
  esds,
  hvcC,
  letters,
  moov,
  protection,
  tenc,
  u32,
  visualEntry,
  vpcC,
} from '@pushav/shared/testing/media/boxes.ts'
import { inspect } from '../testing/inspect.ts'

const video = (type: string, ...inside: Buffer[]) => inspect(moov({ entry: visualEntry(type, ...inside) }))
const sound = (type: string, ...inside: Buffer[]) =>
  inspect(moov({ handler: 'soun', entry: audioEntry(type, ...inside) }))
const text = (handler: string, entry: Buffer) => inspect(moov({ handler, entry }))
type Inspected = ReturnType<typeof inspect>

const codecOf = ({ init }: Inspected) => init?.codec
const isRight = (inspected: Inspected, codec: string) =>
  deepEqual([inspected.faults, codecOf(inspected)], [[], codec])
const isWrong = (inspected: Inspected, message: RegExp, code = 'decoder-configuration') => {
  deepEqual(
    inspected.faults.map((fault) => fault.code),
    [code],
  )
  match(inspected.faults[0]?.message ?? '', message)
}

const av1C = box('av1C', [0x81, 0x04, 0x0c, 0])
const dOps = (...bytes: number[]) => box('dOps', bytes)
const stereo = [0, 2, 1, 0x38, 0, 0, 0xbb, 0x80, 0, 0, 0]
const dfLa = (type: number, length = 34) => box('dfLa', u32(0), [type, 0, 0, length], Buffer.alloc(length))
const dvvC = (profile: number, level: number, type = 'dvvC') =>
  box(type, [1, 0, (profile << 1) | (level >> 5), ((level & 0x1f) << 3) | 5, 0x10], Buffer.alloc(19))
const sinf = (original: string) => box('sinf', box('frma', letters(original)))

describe('a decoder has what it needs', () => {
  it('of H.264, whose parameter sets are in avcC for avc1, and may be in the samples for avc3', () => {
    const empty = box('avcC', [1, 0x4d, 0x40, 0x1f, 0xff, 0xe0, 0])
    const withoutPicture = box('avcC', [1, 0x4d, 0x40, 0x1f, 0xff, 0xe1, 0, 2, 0x67, 1, 0])
    isRight(video('avc1', avcC), 'avc1.4d401f')
    isRight(video('avc3', empty), 'avc3.4d401f')
    isWrong(video('avc1', empty), /avcC at byte \d+ of avc1 .*; it has no sequence parameter set$/)
    isWrong(video('avc1', withoutPicture), /; it has no picture parameter set$/)
    isWrong(video('avc1', box('avcC', avcC.subarray(8, -1))), /; its parameter sets are cut short$/)
    isWrong(video('avc3', box('avcC', avcC.subarray(8, -1))), /; its parameter sets are cut short$/)
    isWrong(video('avc3', box('avcC', empty.subarray(8, -1))), /; it holds 6 bytes of at least 7$/)
    isWrong(video('avc1', box('avcC', [2], avcC.subarray(9))), /; its version is 2$/)
    isWrong(video('avc1'), /^expected avcC in avc1; there is none$/)
    const threeBytes = box('avcC', avcC.subarray(8, 12), [0xfe], avcC.subarray(13))
    isWrong(video('avc1', threeBytes), /; its units have lengths of 3 bytes$/)
  })

  it('of HEVC; hvc1 without parameter sets is a warning of its own', () => {
    const empty = box('hvcC', hvcC.subarray(8, 30), [0])
    isRight(video('hvc1', hvcC), 'hvc1.1.6.L93.90')
    isRight(video('hev1', empty), 'hev1.1.6.L93.90')
    isWrong(
      video('hvc1', empty),
      /^expected video, sequence and picture parameter sets/,
      'parameter-sets-missing',
    )
    isWrong(video('hvc1', box('hvcC', hvcC.subarray(8, -1))), /; its parameter sets are cut short$/)
    isWrong(video('hev1', box('hvcC', hvcC.subarray(8, 29))), /; it holds 21 bytes of at least 23$/)
    isWrong(video('hev1'), /^expected hvcC in hev1; there is none$/)
  })

  it('of AV1, VP9 and VVC', () => {
    isRight(video('av01', av1C), 'av01.0.04M.08')
    isRight(video('vp09', vpcC), 'vp09.00.10.08')
    isRight(video('vp08', vpcC), 'vp08.00.10.08')
    isWrong(
      video('av01', box('av1C', [0x01, 4, 0x0c, 0])),
      /; its marker and version are not those of version 1$/,
    )
    isWrong(video('av01', box('av1C', [0x81, 4])), /; it holds 2 bytes of at least 4$/)
    isWrong(video('vp09', box('vpcC', u32(0x0100_0000), [0, 10])), /; it holds 6 bytes of at least 12$/)
    for (const [entry, config] of [
      ['av01', 'av1C'],
      ['vp09', 'vpcC'],
      ['vvc1', 'vvcC'],
    ] as const)
      isWrong(video(entry), new RegExp(`^expected ${config} in ${entry}; there is none$`))
  })

  it('of MPEG-4 sound', () => {
    isRight(sound('mp4a', aac), 'mp4a.40.2')
    isRight(sound('mp4a', esds(0x6b)), 'mp4a.6b')
    isRight(sound('mp4a', box('wave', box('frma', letters('mp4a')), aac)), 'mp4a.40.2')
    isWrong(sound('mp4a', esds(0x40)), /; it has no AudioSpecificConfig$/)
    isWrong(sound('mp4a', esds(0x40, 0x12)), /; it has no AudioSpecificConfig$/)
    isWrong(sound('mp4a', box('esds', u32(0))), /; it has no decoder configuration$/)
    isWrong(sound('mp4a'), /^expected esds in mp4a; there is none$/)
  })

  it('of Opus, FLAC and Dolby sound', () => {
    isRight(sound('Opus', dOps(...stereo)), 'Opus')
    isRight(sound('Opus', dOps(...stereo.slice(0, 10), 1, 2, 0, 0, 1)), 'Opus')
    isWrong(sound('Opus', dOps(...stereo.slice(0, 10), 1)), /; it holds 11 bytes of at least 15$/)
    isWrong(sound('Opus', dOps(0, 0, ...stereo.slice(2))), /; it has no channel$/)
    isRight(sound('fLaC', dfLa(0x80)), 'fLaC')
    isWrong(sound('fLaC', dfLa(4)), /; it does not begin with STREAMINFO$/)
    isWrong(sound('fLaC', dfLa(0x80, 33)), /; it holds 41 bytes of at least 42$/)
    isRight(sound('ac-3', box('dac3', [0x10, 0x3d, 0xc0])), 'ac-3')
    isRight(sound('ec-3', box('dec3', [0, 0, 0x20, 0x0f, 0])), 'ec-3')
    isRight(sound('ac-4', box('dac4', [0x20, 0xa4, 1, 0x40])), 'ac-4')
    for (const [entry, config] of [
      ['Opus', 'dOps'],
      ['fLaC', 'dfLa'],
      ['ac-3', 'dac3'],
      ['ec-3', 'dec3'],
      ['ac-4', 'dac4'],
    ] as const) {
      isWrong(sound(entry), new RegExp(`^expected ${config} in ${entry}; there is none$`))
      isWrong(sound(entry, box(config, [0])), /; it holds 1 bytes of at least \d+$/)
    }
  })

  it('of text: a namespace for stpp, vttC for wvtt', () => {
    const stpp = (texts: string, ...inside: Buffer[]) =>
      text('subt', box('stpp', Buffer.alloc(8), letters(texts), ...inside))
    const btrt = box('btrt', u32(0, 5_218, 4_000))
    for (const texts of ['ns\0', 'ns\0loc\0', 'ns\0loc\0image/png\0', 'ns\0\0\0', 'ns\0\0']) {
      isRight(stpp(texts), 'stpp')
      isRight(stpp(texts, btrt), 'stpp')
      equal(stpp(texts, btrt).init?.maxBitrate, 5_218)
      isRight(stpp(texts, btrt, box('mime', u32(0), letters('a\0'))), 'stpp')
    }
    isWrong(stpp('\0\0\0'), /to name its namespace; there is none$/)
    isWrong(stpp('endless'), /to name its namespace; there is none$/)
    isRight(text('text', box('wvtt', Buffer.alloc(8), box('vttC', letters('WEBVTT')))), 'wvtt')
    isWrong(text('text', box('wvtt', Buffer.alloc(8))), /^expected vttC in wvtt; there is none$/)
  })

  it('inside encryption as well, and nothing is said of entries that are not known', () => {
    isRight(video('encv', avcC, sinf('avc1')), 'avc1.4d401f')
    isWrong(video('encv', sinf('avc1')), /^expected avcC in avc1; there is none$/)
    isWrong(video('encv', avcC), /^expected sinf with frma in encv; there is none$/)
    isWrong(sound('enca', aac), /^expected sinf with frma in enca; there is none$/)
    isRight(video('xvc1'), 'xvc1')
    isRight(sound('.mp3'), '.mp3')
  })

  it('of encryption: the scheme tells what it needs', () => {
    for (const scheme of ['cenc', 'cbcs', 'cens', 'cbc1']) {
      isRight(video('encv', avcC, protection(scheme, tenc())), 'avc1.4d401f')
      isWrong(
        video('encv', avcC, protection(scheme)),
        new RegExp(`^expected tenc in encv of scheme ${scheme}`),
      )
    }
    isRight(video('encv', avcC, protection('piff')), 'avc1.4d401f')
  })

  it('of a picture of any handler', () => {
    for (const handler of ['vide', 'auxv', 'pict']) {
      isRight(inspect(moov({ handler })), 'avc1.4d401f')
      isWrong(inspect(moov({ handler, entry: visualEntry('avc1') })), /^expected avcC in avc1/)
    }
  })
})

describe('Dolby Vision', () => {
  it('is spelt by dvcC, dvvC or dvwC, and not by the configuration of HEVC, H.264 or AV1', () => {
    for (const type of ['dvcC', 'dvvC', 'dvwC']) {
      isRight(video('dvh1', hvcC, dvvC(5, 6, type)), 'dvh1.05.06')
      isRight(video('dvhe', hvcC, dvvC(8, 7, type)), 'dvhe.08.07')
    }
    isRight(video('dav1', av1C, dvvC(10, 33)), 'dav1.10.33')
    isRight(video('dva1', avcC, dvvC(9, 1)), 'dva1.09.01')
    equal(codecOf(video('dvh1', hvcC)), 'dvh1')
    isWrong(video('dvh1', hvcC), /; there is no dvcC, dvvC or dvwC beside it/)
    equal(codecOf(video('dvh1', hvcC, box('dvcC', [1, 0]))), 'dvh1')
    isWrong(video('dvhe', dvvC(5, 6)), /^expected hvcC in dvhe; there is none$/)
  })

  it('is told beside the codec that its entry names', () => {
    const hevc = video('hvc1', hvcC, dvvC(8, 7))
    isRight(hevc, 'hvc1.1.6.L93.90')
    equal(hevc.init?.dolbyVision, '08.07')
    equal(video('hvc1', hvcC).init?.dolbyVision, null)
  })
})

describe('a moov is whole', () => {
  const renamed = (bytes: Buffer, from: string, to: string) =>
    Buffer.from(bytes.toString('latin1').replace(from, to), 'latin1')

  it('with mvhd, the trex of its track, and a track id', () => {
    isWrong(
      inspect(renamed(moov(), 'mvhd', 'free')),
      /^expected a whole mvhd in moov at byte 8; there is none$/,
      'init-incomplete',
    )
    isWrong(
      inspect(renamed(moov(), 'trex', 'free')),
      /^expected a whole trex of track 1 in moov/,
      'init-incomplete',
    )
    const other = moov()
    other.writeUInt32BE(7, other.indexOf('trex') + 8)
    isWrong(inspect(other), /^expected a whole trex of track 1 in moov/, 'init-incomplete')
    const zero = moov()
    zero.writeUInt32BE(0, zero.indexOf('tkhd') + 16)
    isWrong(inspect(zero), /^expected a track id above 0 in trak at byte \d+; received 0$/, 'init-incomplete')
  })

  it('with the handler of mdia, not that of minf, where QuickTime has another', () => {
    const { init } = inspect(moov())
    const hdlr = box('hdlr', u32(0, 0), letters('url '))
    const whole = moov()
    const at = whole.indexOf('minf') - 4
    const minf = box('minf', hdlr, whole.subarray(at + 8, at + whole.readUInt32BE(at)))
    const grown = Buffer.concat([whole.subarray(0, at), minf, whole.subarray(at + whole.readUInt32BE(at))])
    for (const type of ['moov', 'trak', 'mdia']) {
      const start = grown.indexOf(type) - 4
      grown.writeUInt32BE(grown.readUInt32BE(start) + hdlr.length, start)
    }
    deepEqual(inspect(grown).init, init)
  })
})

import { deepEqual, equal } from 'node:assert/strict'
import { familyOf, isSameCodec } from './codec-agreement.ts'

/** Announced, as the init segment says it, and profile and level of Dolby Vision in it. */
type Pair = readonly [announced: string, codec: string, dolbyVision?: string]

const same: readonly Pair[] = [
  ['avc1.4D401F', 'avc1.4d401f'],
  ['avc1.77.31', 'avc1.4d401f'],
  ['avc1', 'avc1.4d401f'],
  ['avc1.4d401f', 'avc1'],
  ['hvc1.1.6.L93.90', 'hvc1.1.6.L93.90'],
  ['hvc1.1.6.L93.90.0.0.00', 'hvc1.1.6.L93.90'],
  ['HVC1.1.06.l93.90', 'hvc1.1.6.L93.90'],
  ['hev1.2.4.L120', 'hev1.2.4.L120'],
  ['vp09.00.10.08.01.01.01.01.00', 'vp09.00.10.08'],
  ['vp09.0.10.8', 'vp09.00.10.08'],
  ['vp9', 'vp09.00.10.08'],
  ['vp8', 'vp08.00.10.08'],
  ['av01.0.04M.08.0.110.01.01.01.0', 'av01.0.04M.08'],
  ['av01.0.04m.08', 'av01.0.04M.08'],
  ['mp4a.40.02', 'mp4a.40.2'],
  ['mp4a.40', 'mp4a.40.2'],
  ['mp4a.40.5', 'mp4a.40.2'],
  ['mp4a.40.29', 'mp4a.40.2'],
  ['mp4a.40.05', 'mp4a.40.5'],
  ['mp4a.40.29', 'mp4a.40.5'],
  ['mp4a.6B', 'mp4a.6b'],
  ['mp4a.69', 'mp4a.6b'],
  ['mp4a.6B', 'mp4a.69'],
  ['mp4a.6b', '.mp3'],
  ['mp4a.40.34', 'mp4a.6b'],
  ['mp4v.20.9', 'mp4v.20'],
  ['mp4a.a5', 'ac-3'],
  ['mp4a.A6', 'ec-3'],
  ['ec+3', 'ec-3'],
  ['opus', 'Opus'],
  ['flac', 'fLaC'],
  ['stpp.ttml.im1t', 'stpp'],
  ['dvh1.08.07', 'dvh1.08.07'],
  ['dvh1.8.7', 'dvh1.08.07', '08.07'],
  ['dvh1.08.07', 'hvc1.2.4.L123.B0', '08.07'],
  ['dvhe.08.07', 'hev1.2.4.L123.B0', '08.07'],
  ['dvh1', 'hvc1.2.4.L123.B0', '08.07'],
  ['dav1.10.09', 'av01.0.13M.10', '10.09'],
  ['hvc1.2.4.L123.B0', 'hvc1.2.4.L123.B0', '08.07'],
  ['dvh1.05.06', 'dvh1'],
]

const different: readonly Pair[] = [
  ['avc1.4d401f', 'avc1.64001f'],
  ['avc1.4d401f', 'avc1.4d001f'],
  ['avc1.66.30', 'avc1.4d401f'],
  ['avc3.4d401f', 'avc1.4d401f'],
  ['avc1.4d401f', 'hvc1.1.6.L93.90'],
  ['hvc1.1.6.L93', 'hvc1.1.6.L93.90'],
  ['hvc1.1.6.L93.90.1', 'hvc1.1.6.L93.90'],
  ['hvc1.1.6.H93.90', 'hvc1.1.6.L93.90'],
  ['vp09.02.10.10.01.09.16.09.00', 'vp09.00.10.08'],
  ['av01.0.04M.10', 'av01.0.04M.08'],
  ['mp4a.40.2', 'mp4a.40.5'],
  ['mp4a.40.2', 'mp4a.40.29'],
  ['mp4a.40.5', 'mp4a.40.29'],
  ['mp4a.40.42', 'mp4a.40.2'],
  ['mp4a.67', 'mp4a.40.2'],
  ['mp4a.69', 'mp4a.40.2'],
  ['ac-3', 'ec-3'],
  ['dvh1.08.07', 'hvc1.2.4.L123.B0'],
  ['dvh1.08.06', 'hvc1.2.4.L123.B0', '08.07'],
  ['dvh1.05.07', 'dvh1.08.07', '08.07'],
  ['hvc1.2.4.L123.B0', 'dvh1.05.06', '05.06'],
  ['dvhe.05.06', 'dvh1.05.06', '05.06'],
  ['dav1.10.09', 'hvc1.2.4.L123.B0', '10.09'],
]

describe('isSameCodec', () => {
  for (const [announced, codec, dolbyVision] of same)
    it(`takes ${announced} for ${codec}${dolbyVision ? ` with Dolby Vision ${dolbyVision}` : ''}`, () =>
      equal(isSameCodec(announced, { codec, dolbyVision }), true))

  for (const [announced, codec, dolbyVision] of different)
    it(`tells ${announced} from ${codec}${dolbyVision ? ` with Dolby Vision ${dolbyVision}` : ''}`, () =>
      equal(isSameCodec(announced, { codec, dolbyVision }), false))
})

describe('familyOf', () => {
  it('is one name for all sample entries of a codec', () => {
    deepEqual(
      [
        'AVC3.4d401f',
        'dva1',
        'hev1.1',
        'dvhe.05.06',
        'dav1',
        'vp9',
        'mp4a.40.2',
        'mp4a.a5',
        'constructor',
      ].map(familyOf),
      ['avc1', 'avc1', 'hvc1', 'hvc1', 'av01', 'vp09', 'mp4a', 'ac-3', 'constructor'],
    )
  })
})

import {
  aac,
  avc1,
  avcC,
  avcConfiguration,
  box,
  type Chunk,
  chunk,
  ftyp,
  hvcC,
  letters,
  located,
  mdat,
  moov,
  nonSync,
  prft,
  protection,
  sidx,
  styp,
  sync,
  tenc,
  tfdt,
  tfhd,
  trun,
  u32,
  visualEntry,
} from '@pushav/shared/testing/media/boxes.ts'

const mfhd = (sequence: number) => box('mfhd', u32(0, sequence))
const lasting = (duration: number) =>
  trun({ samples: Array.from({ length: 10 }, () => ({ duration, size: 10 })), firstFlags: sync })
const tfdtBelowZero = box('tfdt', u32(0x0100_0000, 0xffff_ffff, 0xffff_fec8))
/** A prft box with the last second of NTP's era. */
const prftOfTheFuture = box('prft', u32(0x0100_0018, 1, 2 ** 32 - 1, 0, 0, 0))
/** A trun box of version 0 with a composition offset that is negative in version 1. */
const shownEarly = box('trun', u32(0xb05, 1, 0, sync, 1_000, 100, 0xffff_ff00))
const withoutBase = box('tfhd', u32(0x20, 1, nonSync))

/** The nth segment, of one second, of track 1 with 1000 units a second. It begins where the one before it ends. */
export const segmentOf = (nth: number, facts: Chunk = {}): Buffer =>
  Buffer.concat([styp(), prft, chunkOf(nth, facts)])

const chunkOf = (nth: number, facts: Chunk = {}): Buffer =>
  chunk({ sequence: nth, at: (nth - 1) * 1_000, ...facts })

/** Segments with one thing wrong, or unusual. */
export const segmentLike = {
  withoutPrft: (nth: number) => Buffer.concat([styp(), chunkOf(nth)]),
  ofTheFuture: (nth: number) => Buffer.concat([styp(), prftOfTheFuture, chunkOf(nth)]),
  withEvent: (nth: number, event: Buffer) => Buffer.concat([styp(), prft, event, chunkOf(nth)]),
  branded: (nth: number, brand: string) => Buffer.concat([styp(brand), prft, chunkOf(nth)]),
  ofTwoTracks: Buffer.concat([styp(), prft, chunkOf(1), chunkOf(1, { trackId: 2 })]),
  withoutTime: fragment(tfhd(1, { flags: nonSync }), lasting(100)),
  withoutBase: fragment(withoutBase, tfdt(0), lasting(100)),
  ofAnotherDescription: fragment(box('tfhd', u32(0x2_0022, 1, 2, nonSync)), tfdt(0), lasting(100)),
  indexedShort: Buffer.concat([styp(), sidx({ references: [[chunkOf(1).length + 1, 1_000]] }), chunkOf(1)]),
  withoutDurations: fragment(tfhd(1, { flags: nonSync }), tfdt(0), lasting(0)),
  ofNineSeconds: fragment(tfhd(1, { flags: nonSync }), tfdt(0), lasting(900)),
  beforeZero: fragment(tfhd(1, { flags: nonSync }), tfdtBelowZero, lasting(100)),
  withoutMdat: Buffer.concat([styp(), prft, chunkOf(1).subarray(0, -mdat.length)]),
  shownEarly: fragment(tfhd(1, { flags: nonSync }), tfdt(0), shownEarly),
  twiceAsLong: Buffer.concat([styp(), prft, chunkOf(1), chunkOf(2)]),
  cutShort: segmentOf(1).subarray(0, -10),
  withoutMoof: Buffer.concat([styp(), mdat]),
}

function fragment(...traf: readonly Buffer[]): Buffer {
  return Buffer.concat([styp(), prft, located(box('moof', mfhd(1), box('traf', ...traf))), mdat])
}

/** An init segment, by default of H.264. */
export const initOf = (...parts: Parameters<typeof moov>): Buffer => Buffer.concat([ftyp, moov(...parts)])

const otherProfile = avcConfiguration(0x64, 0x00, 0x28)
const hvcCWithoutSets = box('hvcC', hvcC.subarray(8, 30), [0])
const encryption = box('sinf', box('frma', letters('avc1')))

/** Init segments with one thing wrong, or unusual. */
export const initLike = {
  ofHevc: initOf({ entry: visualEntry('hvc1', hvcC) }),
  ofAnotherProfile: initOf({ entry: visualEntry('avc1', otherProfile) }),
  ofMetadata: initOf({ handler: 'meta', entry: box('urim', Buffer.alloc(8)) }),
  ofAnotherLanguage: initOf({ inMdia: [box('elng', u32(0), letters('en\0'))] }),
  /** An audio entry in a track whose handler says video. */
  ofSound: initOf({ entry: visualEntry('mp4a', aac) }),
  named: initOf({ inUdta: [box('name', letters('front door'))] }),
  encrypted: initOf({ entry: visualEntry('encv', avcC, encryption) }),
  withVectors: initOf({ entry: visualEntry('encv', avcC, protection('cenc', tenc())) }),
  ofManyBytes: initOf({ inUdta: [box('free', Buffer.alloc(2 ** 20))] }),
  withTwoTracks: Buffer.concat([ftyp, twice(moov())]),
  withoutMvex: Buffer.concat([ftyp, renamed(moov({ entry: avc1() }), 'mvex', 'free')]),
  withoutMoov: ftyp,
  withoutFtyp: moov(),
  withSamples: initOf({ inMdia: [box('minf', box('stbl', box('stsz', u32(0, 100, 1))))] }),
  withoutMvhd: Buffer.concat([ftyp, renamed(moov(), 'mvhd', 'free')]),
  withoutParameterSets: initOf({ entry: visualEntry('hvc1', hvcCWithoutSets) }),
  withoutConfiguration: initOf({ entry: visualEntry('avc1') }),
}

function twice(whole: Buffer): Buffer {
  const inside = whole.subarray(8)
  return box('moov', inside, inside)
}

function renamed(bytes: Buffer, from: string, to: string): Buffer {
  return Buffer.from(bytes.toString('latin1').replace(from, to), 'latin1')
}

import { ok } from 'node:assert/strict'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import {
  box,
  chunk,
  emsg,
  ftyp,
  many,
  moof,
  moov,
  prft,
  sidx,
  styp,
  tfhd,
  trun,
  u32,
  visualEntry,
  withSize,
} from '@pushav/shared/testing/media/boxes.ts'
import { createInspector } from './inspector.ts'
import { createRandom } from './testing/random.ts'

const mebibyte = 2 ** 20
const isLong = process.env.FUZZ_RUNS !== undefined
const inputMiB = isLong ? 64 : 16
const maxHeldMiB = 8
const maxMs = 20_000
const interval = 4 * mebibyte

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')
const random = createRandom(4)

const mfhd = box('mfhd', u32(0, 1))
/** A moof of the largest size that is read, whose inside is one box again and again. */
const fullMoof = (inner: Buffer) => box('moof', mfhd, many(Math.floor(mebibyte / inner.length) - 4, inner))
const fullTraf = (inner: Buffer) =>
  box('moof', mfhd, box('traf', tfhd(1), many(Math.floor(mebibyte / inner.length) - 8, inner)))

/** A trun of one sample of one byte. */
function runAt(offset: number): Buffer {
  return box('trun', u32(0x201, 1, offset, 1))
}
/** As many samples as fit, each with a size. */
const millionSamples = box('trun', u32(0x201, 250_000, 8), Buffer.alloc(4 * 250_000, 1))
const fullEntry = (inner: Buffer) =>
  moov({ entry: visualEntry('avc1', many(Math.floor(mebibyte / inner.length) - 64, inner)) })

/** What a hostile upload begins with, and what it goes on with. */
const uploads: Readonly<Record<string, readonly [start: Buffer, more: Buffer]>> = {
  'a moof without end': [withSize(moof(), 0), Buffer.alloc(mebibyte)],
  'a moov without end': [withSize(moov(), 0), Buffer.alloc(mebibyte, 0x41)],
  'an ftyp of 4 GiB': [withSize(ftyp, 0xffff_ffff), Buffer.alloc(mebibyte)],
  'boxes of eight bytes': [ftyp, many(8_192, box('free'))],
  'boxes that lead to nothing': [
    ftyp,
    many(512, Buffer.concat([styp(), prft, emsg, sidx({ references: [] })])),
  ],
  'ftyps of other brands': [
    ftyp,
    Buffer.concat(Array.from({ length: 256 }, (_, at) => box('ftyp', u32(at, 0, at)))),
  ],
  'moofs of the smallest size': [ftyp, many(4_096, box('moof', mfhd, box('traf', tfhd(1))))],
  'one segment of many chunks': [Buffer.concat([ftyp, moov()]), many(512, chunk({ isSync: false }))],
  'as many segments as chunks': [Buffer.concat([ftyp, moov()]), many(512, Buffer.concat([styp(), chunk()]))],
  'headers again and again': [ftyp, many(512, Buffer.concat([ftyp, moov()]))],
  'moofs full of trafs': [ftyp, fullMoof(box('traf', tfhd(1)))],
  'moofs full of broken boxes': [ftyp, fullMoof(withSize(box('traf'), 8))],
  'moofs full of empty runs': [ftyp, fullTraf(trun({ samples: [] }))],
  'moofs of runs whose samples never come': [ftyp, fullTraf(runAt(2 ** 31 - 1))],
  'moofs of scattered runs': [
    ftyp,
    fullTraf(Buffer.concat(Array.from({ length: 256 }, (_, at) => runAt(2 ** 30 + at * 4_096)))),
  ],
  'moofs of a million samples': [ftyp, many(16, box('moof', mfhd, box('traf', tfhd(1), millionSamples)))],
  'moofs whose samples have a size of trex': [
    Buffer.concat([ftyp, moov()]),
    many(512, Buffer.concat([box('moof', mfhd, box('traf', tfhd(1), trun({ samples: [{}] }))), box('mdat')])),
  ],
  'mdats without moof': [ftyp, many(8_192, box('mdat'))],
  'moovs full of configurations': [ftyp, many(4, fullEntry(box('avcC', Buffer.alloc(64, 0xff))))],
  'moovs full of traks': [ftyp, box('moov', many(100_000, box('trak')))],
  'moovs full of trexes': [ftyp, box('moov', box('mvex', many(30_000, box('trex', Buffer.alloc(24)))))],
  'media that is none': [moof(), Buffer.from(Array.from({ length: 65_536 }, () => random(256)))],
}

describe('createInspector holds little', function () {
  this.timeout(120_000)
  for (const [what, [start, more]] of Object.entries(uploads)) {
    it(`of ${inputMiB} MiB that are ${what}`, () => {
      const { heldMiB, ms } = feed(start, more)
      ok(heldMiB < maxHeldMiB, `${heldMiB.toFixed(1)} MiB held`)
      ok(ms < maxMs, `${ms} ms`)
      if (isLong) console.log(`      ${heldMiB.toFixed(2)} MiB held, ${Math.round(ms)} ms`)
    })
  }
})

/** Feeds parts of 64 KiB and measures, every 4 MiB, what is still alive. */
function feed(start: Buffer, more: Buffer): { readonly heldMiB: number; readonly ms: number } {
  const before = heldBytes()
  const inspector = createInspector()
  const part = 65_536
  let most = 0
  let fed = 0
  let ms = 0
  for (let bytes = start; fed < inputMiB * mebibyte; bytes = more) {
    for (let at = 0; at < bytes.length; at += part) {
      const { user } = process.threadCpuUsage()
      inspector.add(bytes.subarray(at, at + part))
      ms += (process.threadCpuUsage().user - user) / 1_000
      const last = fed
      fed += Math.min(part, bytes.length - at)
      if (last % interval > fed % interval) most = Math.max(most, heldBytes() - before)
    }
  }
  inspector.result()
  return { heldMiB: most / mebibyte, ms }
}

/** A second collection ends what the first one left to be swept in the background. */
function heldBytes(): number {
  collectGarbage()
  collectGarbage()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

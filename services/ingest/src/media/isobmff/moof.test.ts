import { deepEqual, equal } from 'node:assert/strict'
import {
  box,
  type Chunk,
  chunk,
  emsg,
  fragment,
  ftyp,
  mdat,
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
} from '@pushav/shared/testing/media/boxes.ts'
import { inspectAll } from './testing/inspect.ts'

/** A moof that stands alone gets an mdat. */
function mediaOf(...parts: Buffer[]) {
  const { media, faults } = inspectAll(...parts.map((part) => (isMoof(part) ? fragment(part) : part)))
  deepEqual(faults, [])
  if (!media) throw new Error('no media')
  return media
}
const isMoof = (part: Buffer) =>
  part.toString('latin1', 4, 8) === 'moof' && part.readUInt32BE(0) === part.length
const moofOf = (...trafs: Buffer[]) => box('moof', box('mfhd', u32(0, 1)), ...trafs)
const trafOf = (...inside: Buffer[]) => moofOf(box('traf', ...inside))
const chunks = (...all: Chunk[]) => Buffer.concat(all.map(chunk))

describe('media facts', () => {
  it('add up all moofs', () => {
    const media = mediaOf(chunks({ sequence: 5, at: 7_000 }, { sequence: 6, at: 8_000, isSync: false }))
    deepEqual(
      [media.chunkCount, media.firstSequence, media.lastSequence, media.sequenceIncreases],
      [2, 5, 6, true],
    )
    deepEqual([media.decodeTime, media.explicitDuration, media.sampleCount], [7_000, 2_000, 20])
    deepEqual([media.startsWithSync, media.innerGap, media.isMultiplexed], [true, 0, false])
  })

  it('notice a sequence number that does not increase', () => {
    equal(mediaOf(chunks({ sequence: 5 }, { sequence: 5, at: 1_000 })).sequenceIncreases, false)
    equal(mediaOf(chunks({ sequence: 5 }, { sequence: 4, at: 1_000 })).sequenceIncreases, false)
  })

  it('measure the largest gap or overlap between moofs', () => {
    equal(mediaOf(chunks({}, { sequence: 2, at: 1_030 }, { sequence: 3, at: 2_010 })).innerGap, 30)
  })

  it('take durations from trun, else from tfhd, else leave them to trex', () => {
    const run = trun({ samples: [{ duration: 3 }, { duration: 4 }] })
    const bare = trun({ samples: [{}, {}, {}] })
    const both = mediaOf(trafOf(tfhd(1, { duration: 10 }), tfdt(0), run, bare))
    deepEqual([both.explicitDuration, both.defaultedSamples, both.sampleCount], [37, 0, 5])
    const left = mediaOf(trafOf(tfhd(1), tfdt(0), run, bare))
    deepEqual([left.explicitDuration, left.defaultedSamples, left.sampleCount], [7, 3, 5])
  })

  it('leave a gap open that hangs on an unknown trex, and close it when moov is there', () => {
    const bare = (at: number) => trafOf(tfhd(1), tfdt(at), trun({ samples: [{}, {}, {}] }))
    const sequenced = [bare(0), bare(35)]
    equal(mediaOf(...sequenced).innerGap, null)
    equal(mediaOf(ftyp, moov({ trex: { duration: 10, flags: 0 } }), ...sequenced).innerGap, 5)
  })

  it('take the first sample for sync by first-sample-flags, sample flags, tfhd, in this order', () => {
    const flagged = { flags: nonSync, duration: 1, size: 1 }
    const startOf = (...inside: Buffer[]) => mediaOf(trafOf(...inside)).startsWithSync
    equal(startOf(tfhd(1), trun({ samples: [flagged], firstFlags: sync })), true)
    equal(startOf(tfhd(1, { flags: sync }), trun({ samples: [flagged] })), false)
    equal(startOf(tfhd(1, { flags: nonSync }), trun({ samples: [{}] })), false)
    equal(startOf(tfhd(1), trun({ samples: [{}] })), null)
    equal(startOf(tfhd(1, { flags: sync })), null)
    equal(startOf(tfhd(1), trun({ samples: [{}], firstFlags: sync }), trun({ samples: [flagged] })), true)
    equal(startOf(trun({ samples: [] }), trun({ samples: [flagged] }), tfhd(1)), false)
  })

  it('find optional tfhd fields behind each other', () => {
    const all = box('tfhd', u32(0x3b, 9, 0, 0, 1, 7, 8, nonSync))
    const media = mediaOf(trafOf(all, trun({ samples: [{}] })))
    deepEqual(
      [media.trackId, media.explicitDuration, media.startsWithSync, media.baseIsMoof],
      [9, 7, false, false],
    )
    equal(mediaOf(chunk()).baseIsMoof, true)
    equal(mediaOf(trafOf(box('tfhd', u32(0, 1))), chunk({ sequence: 2 })).baseIsMoof, false)
  })

  it('read both versions of tfdt', () => {
    equal(mediaOf(trafOf(tfhd(1), box('tfdt', u32(0, 0xffff_fffe)))).decodeTime, 0xffff_fffe)
    equal(mediaOf(chunk({ at: 1_700_000_000 * 90_000 })).decodeTime, 1_700_000_000 * 90_000)
    equal(mediaOf(trafOf(tfhd(1))).decodeTime, null)
  })

  it('let a traf without tfdt go on where the one before it ended', () => {
    const goesOn = box(
      'moof',
      box('mfhd', u32(0, 2)),
      box('traf', tfhd(1), trun({ samples: [{ duration: 50 }] })),
    )
    equal(mediaOf(chunk(), goesOn, chunk({ sequence: 3, at: 1_060 })).innerGap, 10)
  })

  it('count samples without looping over them', () => {
    const run = (...fields: number[]) => box('trun', u32(fields.length, 0xffff_ffff, ...fields))
    equal(mediaOf(trafOf(tfhd(1, { duration: 2 }), run(0), run())).explicitDuration, 4 * 0xffff_ffff)
  })

  it('describe the first track of a multiplexed upload', () => {
    const second = box('traf', tfhd(2), tfdt(99), trun({ samples: [{ duration: 5 }] }))
    const first = box('traf', tfhd(1), tfdt(0), trun({ samples: [{ duration: 3 }] }))
    const together = mediaOf(moofOf(first, second))
    deepEqual([together.isMultiplexed, together.trackId, together.explicitDuration], [true, 1, 3])
    const apart = mediaOf(chunks({}, { sequence: 2, trackId: 2, at: 50 }, { sequence: 3, at: 1_000 }))
    deepEqual([apart.isMultiplexed, apart.sampleCount, apart.innerGap], [true, 20, 0])
  })

  it('see encryption by senc, saiz, pssh or the older uuid', () => {
    const old = Buffer.from('a2394f525a9b4f14a2446c427c648df400000000', 'hex')
    const senc = box('senc', u32(0, 0))
    const [saiz, saio] = [box('saiz', u32(0), [8], u32(0)), box('saio', u32(0, 0))]
    for (const protection of [[senc], [saiz, saio], [box('uuid', old)]])
      equal(mediaOf(trafOf(tfhd(1), ...protection)).encrypted, true)
    equal(mediaOf(box('moof', box('pssh'), moof().subarray(8))).encrypted, true)
    equal(mediaOf(trafOf(tfhd(1), box('uuid', Buffer.alloc(20)))).encrypted, false)
    equal(mediaOf(trafOf(tfhd(1), box('abcd', old))).encrypted, false)
    equal(mediaOf(trafOf(tfhd(1), senc), chunk({ sequence: 2 })).encrypted, true)
  })

  it('see what leads to a moof, and none of what follows the last', () => {
    const media = mediaOf(
      styp('cmfs', 'slat'),
      prft,
      emsg,
      emsg,
      sidx({ references: [] }),
      chunk(),
      styp('lmsg'),
      emsg,
    )
    deepEqual([media.isFiller, media.isLast, media.hasPrft, media.emsgCount], [true, false, true, 2])
    equal(media.hasSidx, true)
    deepEqual(media.producerTime, { atMs: 1_000_500, mediaTime: 90_000 })
    equal(mediaOf(styp(), chunk(), styp('cmfl', 'lmsg'), chunk({ sequence: 2, at: 1_000 })).isLast, true)
    equal(mediaOf(styp('lmsg'), chunk(), prft, chunk({ sequence: 2, at: 1_000 })).isLast, true)
    const later = Buffer.from(prft)
    later.writeUInt32BE(0xf000_0000, 16)
    equal(mediaOf(prft, later, chunk()).producerTime?.atMs, 1_000_500)
    equal(mediaOf(moof(), mdat).hasPrft, false)
  })
})

describe('samples that cannot be there', () => {
  const faultsOf = (...inside: Buffer[]) =>
    inspectAll(trafOf(...inside), mdat)
      .faults.filter(({ code }) => code === 'box-malformed')
      .map(({ message }) => message.replace(/ at byte \d+/, ''))
  const withOffset = (offset: number) => {
    const run = trun({ samples: [{ size: 1 }] })
    run.writeInt32BE(offset, 16)
    return run
  }
  const ownBase = box('tfhd', u32(1, 1, 0, 0))
  const ofDefaultSize = (size: number) => box('tfhd', u32(0x2_0010, 1, size))

  it('lie before their moof', () => {
    deepEqual(faultsOf(tfhd(1), tfdt(0), withOffset(-5), withOffset(-6)), [
      'expected samples behind their moof in traf; their data offset is -5',
    ])
    deepEqual(faultsOf(tfhd(1), tfdt(0), withOffset(0x7fff_ffff)), [])
    deepEqual(faultsOf(ownBase, tfdt(0), withOffset(-5)), [])
  })

  it('are all empty, as each says or as tfhd says', () => {
    const empty = trun({
      samples: [
        { size: 0, duration: 9 },
        { size: 0, duration: 9 },
      ],
    })
    const fault = ['expected samples with bytes in traf; all 2 are empty']
    deepEqual(faultsOf(tfhd(1), tfdt(0), empty), fault)
    deepEqual(faultsOf(ofDefaultSize(0), tfdt(0), trun({ samples: [{}, {}] })), fault)
    deepEqual(faultsOf(tfhd(1), tfdt(0), empty, trun({ samples: [{ size: 1 }] })), [])
    deepEqual(faultsOf(ofDefaultSize(1), tfdt(0), trun({ samples: [{}, {}] })), [])
    deepEqual(faultsOf(tfhd(1), tfdt(0), trun({ samples: [{}, {}] })), [])
    deepEqual(faultsOf(tfhd(1), tfdt(0), trun({ samples: [] })), [])
  })

  it('take the first of boxes that may come once, and tell the others', () => {
    const run = trun({ samples: [{ duration: 5, size: 5 }] })
    const twice = (moof: Buffer) => {
      const { media, faults } = inspectAll(fragment(moof))
      return [
        media?.trackId,
        media?.decodeTime,
        media?.firstSequence,
        ...faults.map(({ message }) => message.slice(0, 17)),
      ]
    }
    deepEqual(twice(trafOf(tfhd(1), tfdt(3), tfdt(9), run)), [1, 3, 1, 'expected one tfdt'])
    deepEqual(twice(trafOf(tfhd(1), tfhd(2), tfdt(3), run)), [1, 3, 1, 'expected one tfhd'])
    const moof = box(
      'moof',
      box('mfhd', u32(0, 1)),
      box('mfhd', u32(0, 2)),
      box('traf', tfhd(1), tfdt(3), run),
    )
    deepEqual(twice(moof), [1, 3, 1, 'expected one mfhd'])
  })
})

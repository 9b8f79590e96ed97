import { deepEqual, match } from 'node:assert/strict'
import {
  box,
  chunk,
  emsg,
  ftyp,
  mfra,
  moov,
  prft,
  sidx,
  styp,
  withSize,
} from '@pushav/shared/testing/media/boxes.ts'
import { createInspector } from '../inspector.ts'
import { inspect, inspectAll } from '../testing/inspect.ts'

/** The nth second of track 1. */
const second = (nth: number) => chunk({ sequence: nth, at: (nth - 1) * 1_000 })
const bytes = second(1).length

type Faulty = Pick<ReturnType<typeof inspect>, 'faults'>
const isRight = ({ faults }: Faulty) => deepEqual(faults, [])
function isWrong({ faults }: Faulty, message: RegExp): void {
  deepEqual(
    faults.map(({ code }) => code),
    ['segment-index'],
  )
  match(faults[0]?.message ?? '', message)
}

describe('a segment index', () => {
  const one = sidx({ references: [[bytes, 1_000]] })
  const both = sidx({ references: Array(2).fill([bytes, 1_000]) })

  it('leads to the media behind it', () => {
    isRight(inspectAll(styp(), one, second(1)))
    isRight(inspectAll(styp(), both, second(1), second(2)))
    isRight(inspectAll(ftyp, moov(), both, second(1), second(2), mfra))
    const leading = sidx({ references: [[bytes + prft.length + emsg.length, 1_000]], firstOffset: 16 })
    isRight(inspectAll(styp(), leading, box('free', Buffer.alloc(8)), emsg, prft, second(1)))
    isRight(inspectAll(styp(), one, second(1), styp(), second(2)))
    isRight(
      inspectAll(styp(), one, second(1), sidx({ references: [[bytes, 1_000]], start: 1_000 }), second(2)),
    )
    isRight(inspectAll(styp(), one, withSize(second(1), second(1).readUInt32BE(0))))
  })

  it('of two tracks may stand in front of both', () => {
    const other = chunk({ trackId: 2 })
    const all = bytes + other.length
    const [first, last] = [1, 2].map((trackId) =>
      sidx({ references: [[all, 1_000]], trackId, firstOffset: trackId === 1 ? one.length : 0 }),
    )
    isRight(inspectAll(first as Buffer, last as Buffer, second(1), other))
    const header = box('moov', moov().subarray(8), moov().subarray(8))
    isRight(inspectAll(ftyp, header, first as Buffer, last as Buffer, second(1), other))
  })

  it('may lead to files that come apart', () => {
    isRight(inspectAll(ftyp, moov(), both))
  })

  it('may lead to further parts of a long request', () => {
    const inspector = createInspector({ isPart: true })
    inspector.add(Buffer.concat([both, second(1)]))
    isRight(inspector.result())
    isWrong(inspectAll(both, second(1)), /^expected 2 subsegments behind sidx/)
  })

  it('is not checked while 64 others wait for their media, which a note says once', () => {
    const long = sidx({ references: [[0x7fff_ffff, 1_000]] })
    const short = sidx({ references: [[bytes - 1, 1_000]] })
    const behind = (count: number) => {
      const inspector = createInspector({ isPart: true })
      inspector.add(Buffer.concat([...Array<Buffer>(count).fill(long), short, second(1)]))
      return inspector.result()
    }
    isWrong(behind(63), /received byte \d+ inside the mdat/)
    const { faults } = behind(66)
    deepEqual(
      faults.map(({ code }) => code),
      ['box-too-large'],
    )
    match(faults[0]?.message ?? '', new RegExp(`the sidx at byte ${64 * long.length} was not checked$`))
  })

  it('over all parts of a long request is a matter of the request', () => {
    const [short, long] = [bytes, bytes + 1].map((size) =>
      inspectAll(
        ftyp,
        moov(),
        sidx({
          references: [
            [bytes, 1_000],
            [size, 1_000],
          ],
        }),
        second(1),
        second(2),
      ),
    )
    deepEqual([short?.outside, short?.parts.length], [undefined, 3])
    deepEqual(
      long?.outside?.map(({ code }) => code),
      ['segment-index'],
    )
  })

  it('that leads to others may end anywhere between boxes', () => {
    const nested = (size: number) => sidx({ references: [[(0x8000_0000 | size) >>> 0, 1_000]] })
    isRight(inspectAll(nested(one.length + bytes), one, second(1)))
    isRight(inspectAll(nested(one.length), one, second(1)))
    isWrong(inspectAll(nested(one.length + 1), one, second(1)), /received byte \d+ inside the moof/)
  })

  it('has a timescale', () => {
    isWrong(
      inspectAll(styp(), sidx({ references: [[bytes, 1_000]], timescale: 0 }), second(1)),
      /^expected a timescale above 0 in sidx, received 0 \(sidx at byte 16\)$/,
    )
  })

  it('ends its subsegments between boxes, and at the end of the media', () => {
    const off = (size: number, firstOffset = 0) =>
      inspectAll(sidx({ references: [[size, 1_000]], firstOffset }), second(1))
    isWrong(off(bytes - 1), /received byte \d+ inside the mdat at byte \d+ \(sidx at byte 0\)$/)
    isWrong(off(bytes + 1), /the upload ends at byte \d+ before byte \d+, the end of number 1 \(/)
    isWrong(off(bytes, 1), /received byte \d+ inside the moof at byte/)
    isWrong(off(bytes - 108), /^expected an mdat in subsegment 1 of sidx, which ends at byte \d+ \(/)
    isWrong(
      inspectAll(one, second(1), second(2)),
      /all media of its segment, received a moof at byte \d+ behind/,
    )
    isWrong(inspectAll(both, second(1)), /^expected 2 subsegments behind sidx, .* the end of number 2 \(/)
  })

  it('has a moof in each subsegment', () => {
    const free = box('free', Buffer.alloc(8))
    const index = sidx({
      references: [
        [free.length, 0],
        [bytes, 1_000],
      ],
    })
    isWrong(
      inspectAll(index, free, second(1)),
      /^expected a moof in subsegment 1 of sidx, which ends at byte/,
    )
  })

  it('tells how long each subsegment lasts beside the others', () => {
    const uneven = sidx({
      references: [
        [bytes, 1_500],
        [bytes, 500],
      ],
    })
    isWrong(
      inspectAll(uneven, second(1), second(2)),
      /^expected subsegment 1 of sidx to last 1 s as .* received 1\.5 s \(/,
    )
  })

  it('tells the times of its media, by the header in front of it', () => {
    const told = (index: Parameters<typeof sidx>[0], at = 2) =>
      inspectAll(ftyp, moov(), sidx(index), second(at))
    isRight(told({ references: [[bytes, 1_000]], start: 1_000 }))
    isRight(told({ references: [[bytes, 90_000]], start: 90_000, timescale: 90_000 }))
    isRight(told({ references: [[bytes, 1_200]], start: 1_200 }))
    isWrong(
      told({ references: [[bytes, 2_000]], start: 1_000 }),
      /of 1 s together in sidx as .* received 2 s \(/,
    )
    isWrong(told({ references: [[bytes, 1_000]] }), /time near 1 s in sidx, the decode time, received 0 s \(/)
    isWrong(
      told({ references: [[bytes, 1_000]], start: 1_000, timescale: 90_000 }),
      /of 1 s together in sidx .* received 0\.011 s/,
    )
    isWrong(
      told({ references: [[bytes, 1_000]], start: 1_000, trackId: 7 }),
      /^expected reference_ID 1, the track, in sidx, received 7/,
    )
  })

  it('is told with its media where no header says the timescale', () => {
    deepEqual(inspectAll(sidx({ references: [[bytes, 900]], start: 1_000 }), second(2)).media?.index, {
      trackId: 1,
      timescale: 1_000,
      start: 1_000,
      duration: 900,
      decodeTime: 1_000,
      samples: 10,
      explicitDuration: 1_000,
      defaultedSamples: 0,
    })
  })

  it('is let be where the upload breaks off', () => {
    const { faults } = inspect(Buffer.concat([both, second(1), second(2)]).subarray(0, -20))
    deepEqual(
      faults.map(({ code }) => code),
      ['box-malformed'],
    )
  })
})

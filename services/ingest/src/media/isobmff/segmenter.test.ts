import { deepEqual, equal } from 'node:assert/strict'
import {
  box,
  chunk,
  emsg,
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
  withSize,
} from '@pushav/shared/testing/media/boxes.ts'
import { createInspector } from './inspector.ts'
import { inspectAll } from './testing/inspect.ts'

/** Kind and extent of each part, the extent as numbers of the parts that it begins with and ends before. */
function partNames(...parts: Buffer[]): string[] {
  const starts = [0]
  for (const part of parts) starts.push((starts.at(-1) ?? 0) + part.length)
  return inspectAll(...parts).parts.map(
    ({ kind, from, to }) => `${kind} ${starts.indexOf(from)}-${starts.indexOf(to)}`,
  )
}

describe('createCut', () => {
  it('cuts header and segments where sync samples begin', () => {
    const body = [ftyp, moov(), chunk(), chunk({ isSync: false }), chunk(), chunk({ isSync: false })]
    deepEqual(partNames(...body), ['init 0-2', 'segment 2-4', 'segment 4-6'])
  })

  it('counts prft, emsg and other boxes before a moof to its segment', () => {
    const lead = [prft, emsg, sidx({ references: [] }), box('free')]
    deepEqual(
      partNames(ftyp, moov(), ...lead, chunk(), ...lead, chunk({ isSync: false }), ...lead, chunk()),
      ['init 0-2', 'segment 2-12', 'segment 12-17'],
    )
  })

  it('cuts at every styp of a segment, and then at nothing else', () => {
    deepEqual(
      partNames(styp('msdh'), chunk({ isSync: false }), chunk(), styp('cmfs', 'cmfl'), prft, chunk()),
      ['segment 0-3', 'segment 3-6'],
    )
  })

  it('takes a styp before other than a sync sample for that of a chunk where there is no header', () => {
    const parts = [styp('msdh'), chunk(), styp('msdh'), chunk({ isSync: false }), styp('msdh'), chunk()]
    deepEqual(partNames(...parts), ['segment 0-4', 'segment 4-6'])
    deepEqual(partNames(moov(), ...parts).length, 4)
  })

  it('does not take the styp of a chunk for that of a segment', () => {
    const chunkStyp = styp('cmfl', 'iso6')
    deepEqual(
      partNames(styp('cmfs'), chunk(), chunkStyp, chunk(), chunkStyp, chunk(), styp('cmfs'), chunk()),
      ['segment 0-6', 'segment 6-8'],
    )
  })

  it('goes by the trex default where a moof does not say whether it starts with a sync sample', () => {
    const run = trun({ samples: [{ duration: 500 }] })
    const bare = box('moof', box('mfhd', u32(0, 1)), box('traf', tfhd(1), run))
    const silent = (flags: number) => [moov({ trex: { duration: 1, flags } }), bare, bare]
    deepEqual(partNames(...silent(0x1_0000)), ['init 0-1', 'segment 1-3'])
    deepEqual(partNames(...silent(0)), ['init 0-1', 'segment 1-2', 'segment 2-3'])
  })

  it('starts anew at a header in the middle', () => {
    deepEqual(partNames(ftyp, moov(), chunk(), ftyp, moov(), chunk()), [
      'init 0-2',
      'segment 2-3',
      'init 3-5',
      'segment 5-6',
    ])
  })

  it('starts a header at its own ftyp only', () => {
    deepEqual(partNames(ftyp, chunk(), moov(), chunk()), ['segment 1-2', 'init 2-3', 'segment 3-4'])
    deepEqual(partNames(chunk(), ftyp, mdat, moov()), ['segment 0-1', 'init 1-4'])
  })

  it('forgets what stood before a header', () => {
    deepEqual(partNames(ftyp, moov(), chunk(), moov(), prft, moov(), chunk()), [
      'init 0-2',
      'segment 2-3',
      'init 3-4',
      'init 5-6',
      'segment 6-7',
    ])
  })

  it('never lets segments overlap, also around a moof that cannot be read', () => {
    const afterHeader = (...parts: Buffer[]) => partNames(moov(), ...parts).slice(1)
    deepEqual(afterHeader(chunk(), prft, box('moof'), mdat, chunk()), ['segment 1-5', 'segment 5-6'])
    deepEqual(afterHeader(chunk(), prft, mdat, chunk()), ['segment 1-4', 'segment 4-5'])
    deepEqual(partNames(ftyp, mfra, moov()), ['end 1-2', 'init 2-3'])
    const large = box('moof', Buffer.alloc(2 ** 20 + 1))
    deepEqual(afterHeader(chunk(), prft, large, mdat, chunk()), ['segment 1-5', 'segment 5-6'])
  })

  it('ends with an empty mfra', () => {
    deepEqual(partNames(ftyp, moov(), chunk(), mfra), ['init 0-2', 'segment 2-3', 'end 3-4'])
    deepEqual(partNames(mfra), ['end 0-1'])
  })

  it('ends once until more comes, however many say so', () => {
    deepEqual(partNames(chunk(), mfra, mfra, mfra), ['segment 0-1', 'end 1-2'])
    deepEqual(partNames(mfra, mfra, moov(), mfra, chunk(), mfra, mfra), [
      'end 0-1',
      'init 2-3',
      'end 3-4',
      'segment 4-5',
      'end 5-6',
    ])
  })

  it('makes one segment of chunks without header and styp', () => {
    deepEqual(partNames(chunk(), chunk({ sequence: 2, at: 1_000 }), chunk()), ['segment 0-3'])
  })

  it('lets a segment that is cut at sync samples last half a second at least', () => {
    const short = box(
      'moof',
      box('mfhd', u32(0, 1)),
      box('traf', tfhd(1, { flags: 0 }), trun({ samples: [{ duration: 249 }, { duration: 1 }] })),
    )
    deepEqual(partNames(moov(), ...Array<Buffer>(5).fill(short)), [
      'init 0-1',
      'segment 1-3',
      'segment 3-5',
      'segment 5-6',
    ])
  })

  it('keeps other tracks with the segment of the first', () => {
    const other = chunk({ trackId: 2 })
    deepEqual(partNames(moov(), chunk(), other, other, chunk(), other), [
      'init 0-1',
      'segment 1-4',
      'segment 4-6',
    ])
  })

  it('leaves out a last segment that is cut off or followed by garbage', () => {
    const afterHeader = (...parts: Buffer[]) => partNames(moov(), ...parts).slice(1)
    deepEqual(afterHeader(chunk(), moof(), mdat.subarray(0, -1)), ['segment 1-2'])
    deepEqual(afterHeader(chunk(), chunk(), Buffer.alloc(20)), ['segment 1-2'])
    deepEqual(afterHeader(chunk(), moof(), withSize(mdat, 0)), ['segment 1-2', 'segment 2-4'])
  })

  it('separates faults outside of all parts from those inside', () => {
    const messages = (...parts: Buffer[]) =>
      (inspectAll(...parts).outside ?? []).map(({ message }) => /^[^;]*/.exec(message)?.[0])
    const bad = box('moof')
    deepEqual(messages(moov(), chunk(), bad, mdat, chunk()), [])
    deepEqual(messages(Buffer.alloc(20)), [])
    const [at] = messages(bad, moov(), chunk())
    equal(at, 'expected a whole mfhd in moof at byte 8')
    const cut = moov().length + mdat.length + moof().length
    deepEqual(messages(moov(), chunk(), moof().subarray(0, 20)), [
      `expected a moof of ${moof().length} bytes at byte ${cut}`,
    ])
  })

  it('goes on looking into the next segments, however broken one is', () => {
    const broken = Array.from({ length: 40 }, () => [chunk(), box('moof'), mdat]).flat()
    equal(partNames(moov(), ...broken).length, 41)
  })

  it('gives each segment its own facts', () => {
    const { parts } = inspectAll(chunk({ sequence: 1 }), styp('lmsg'), chunk({ sequence: 2, at: 9_000 }))
    deepEqual(
      parts.map((part) => part.kind === 'segment' && [part.facts.decodeTime, part.facts.isLast]),
      [
        [0, false],
        [9_000, true],
      ],
    )
  })

  it('reports a segment as soon as the next one begins', () => {
    const reported: string[] = []
    const inspector = createInspector({ onPart: ({ kind }) => reported.push(kind) })
    inspector.add(Buffer.concat([ftyp, moov()]))
    deepEqual(reported, ['init'])
    inspector.add(Buffer.concat([chunk(), prft]))
    deepEqual(reported, ['init'])
    inspector.add(moof())
    deepEqual(reported, ['init', 'segment'])
  })
})

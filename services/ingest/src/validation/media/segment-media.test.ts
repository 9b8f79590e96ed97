import { deepEqual } from 'node:assert/strict'
import {
  codesOf,
  dynamicMpd,
  initAt,
  init as matterInit,
  segment as matterSegment,
  mediaAt,
  mpdAt,
  other,
  representation,
  streamOf,
  type TestObject,
  validateInOrder,
} from '../testing/arrivals.ts'

const stream = streamOf('cmaf-ingest')
const init = initAt('v/init.mp4')
const segment = (nth: number, facts: Parameters<typeof mediaAt>[2] = {}, extra: Partial<TestObject> = {}) =>
  mediaAt(`v/${nth}.m4s`, nth, facts, extra)

/** Errors and warnings, and notes of the codes that are named, by upload. */
const found = (objects: readonly TestObject[], ...notes: string[]) => {
  const result = validateInOrder(stream, objects)
  const all = codesOf(result, true)
  return codesOf(result).map((codes, at) => [
    ...codes,
    ...(all[at] ?? []).filter((code) => notes.includes(code)),
  ])
}

describe('segments against the announced duration', () => {
  const announced = mpdAt('m.mpd', {
    representations: [
      representation('', 'v', {
        initialization: 'v/init.mp4',
        media: 'v/$Number$.m4s',
        startNumber: 1,
        duration: 2_000,
      }),
    ],
  })
  /** One segment behind the other. */
  const lasting = (...durations: number[]) => {
    let decodeTime = 0
    return durations.map((explicitDuration, at) => {
      const one = segment(at + 1, { decodeTime, explicitDuration, sampleCount: 10 })
      decodeTime += explicitDuration
      return one
    })
  }
  const flaws = (...durations: number[]) => found([announced, init, ...lasting(...durations)]).slice(2)

  it('may last half as long and half as long again', () => {
    deepEqual(flaws(3_000, 1_000, 2_400, 1_600, 2_900, 2_000, 10).flat(), [])
  })

  it('may be many in one file with its header', () => {
    const all = mediaAt('v/1.m4s', 1, { explicitDuration: 12_000, decodeTime: 0, sampleCount: 60 })
    const file = other('v/1.m4s', { ...all.inspection, kind: 'init', init: init.inspection?.init ?? null })
    deepEqual(found([announced, file]).flat(), [])
    deepEqual(found([announced, init, all]).flat(), ['segment-duration-off'])
  })

  it('are told beyond that; a short one by the segment behind it, as the last may be short', () => {
    deepEqual(flaws(2_000, 3_010), [[], ['segment-duration-off']])
    deepEqual(flaws(2_000, 990), [[], []])
    deepEqual(flaws(2_000, 990, 2_000), [[], [], ['segment-duration-off']])
  })
})

describe('segments in another order than their times', () => {
  const at = (nth: number, start: number) => segment(nth, { decodeTime: start * 4_000 })
  const outcome = (...starts: number[]) => {
    const objects = [init, ...starts.map((start, index) => at(index + 1, start))]
    const { verdicts } = validateInOrder(stream, objects)
    return {
      codes: found(objects, 'name-number-gap', 'sequence-number-gap').flat(),
      withdrawn: verdicts.flatMap(({ withdrawn }) =>
        withdrawn.map(({ upload, code }) => `${code} of ${upload}`),
      ),
    }
  }

  it('are one statement, and no time is missing then', () => {
    deepEqual(outcome(0, 2, 1, 3), {
      codes: ['tfdt-gap', 'tfdt-out-of-order'],
      withdrawn: ['tfdt-gap of u3'],
    })
    deepEqual(outcome(1, 0, 2), { codes: ['tfdt-out-of-order'], withdrawn: [] })
  })

  it('are told each where several come late', () => {
    const { codes, withdrawn } = outcome(0, 3, 1, 2, 4)
    deepEqual(codes, ['tfdt-gap', 'tfdt-out-of-order', 'tfdt-out-of-order'])
    deepEqual(withdrawn, ['tfdt-gap of u3'])
    deepEqual(outcome(0, 3, 2, 1, 4).withdrawn, ['tfdt-gap of u3'])
  })

  it('leave what never comes missing', () => {
    deepEqual(outcome(0, 3, 1, 4), { codes: ['tfdt-gap', 'tfdt-out-of-order'], withdrawn: [] })
    deepEqual(outcome(0, 2, 3), { codes: ['tfdt-gap'], withdrawn: [] })
  })

  it('are known by numbers of Matter that count on as well', () => {
    const dash = streamOf('dash')
    const objects = [
      dynamicMpd(),
      matterInit(),
      ...[0, 2, 1, 3].map((start, index) => matterSegment(1_001 + index, { decodeTime: start * 4_000 })),
    ]
    deepEqual(codesOf(validateInOrder(dash, objects)).flat(), ['tfdt-gap', 'tfdt-out-of-order'])
  })
})

describe('counters that begin anew', () => {
  const numbered = (...numbers: number[]) =>
    numbers.map((sequence, at) => segment(at + 1, { firstSequence: sequence, lastSequence: sequence }))

  it('are next after 2^32-1', () => {
    deepEqual(found([init, ...numbered(2 ** 32 - 2, 2 ** 32 - 1, 0, 1)], 'sequence-number-gap').flat(), [])
    deepEqual(found([init, ...numbered(2 ** 32 - 1, 1, 2)], 'sequence-number-gap').flat(), [])
  })

  it('are told where they begin anew before', () => {
    deepEqual(found([init, ...numbered(7, 0)])[2], ['sequence-number-not-increasing'])
    deepEqual(found([init, ...numbered(2 ** 32 - 1, 9)], 'sequence-number-gap')[2], ['sequence-number-gap'])
  })

  it('are told where a chunk of a segment skips numbers', () => {
    const skipping = segment(1, { chunkCount: 2, lastSequence: 5, sequenceGap: { expected: 2, received: 5 } })
    deepEqual(found([init, skipping], 'sequence-number-gap')[1], ['sequence-number-gap'])
  })

  it('are decode times of 32 bits, not those of 64', () => {
    const end = 2 ** 32 - 3_999
    const times = (isShortDecodeTime: boolean, next: number) => [
      init,
      segment(1, { decodeTime: end, isShortDecodeTime }),
      segment(2, { decodeTime: next, isShortDecodeTime }),
      segment(3, { decodeTime: next + 4_000, isShortDecodeTime }),
    ]
    deepEqual(found(times(true, 1)).flat(), [])
    deepEqual(found(times(true, 4_001)), [[], [], ['tfdt-gap'], []])
    deepEqual(found(times(false, 1)), [[], [], ['tfdt-overlap'], []])
  })
})

describe('media whose boxes are broken', () => {
  const broken = (kind: 'init' | 'segment', path: string) =>
    other(path, { kind, faults: [{ code: 'box-malformed', message: 'cut' }] })

  it('is told once: nothing is said to be absent because of it', () => {
    const [before, ...codes] = found([init, segment(1), broken('segment', 'v/2.m4s'), segment(3)])
    deepEqual([before, ...codes], [[], [], ['box-malformed'], []])
    deepEqual(found([broken('init', 'v/init.mp4'), segment(1), segment(2)]), [['box-malformed'], [], []])
    deepEqual(found([broken('init', 'v/init.mp4'), segment(1), init, segment(2)]), [
      ['box-malformed'],
      [],
      [],
      [],
    ])
  })
})

describe('track ids', () => {
  it('that differ are told once, and the next segment is not late', () => {
    const other = segment(2, { trackId: 7 })
    deepEqual(found([init, segment(1), other, segment(3)]), [[], [], ['track-id-mismatch'], []])
    const elsewhere = mediaAt('v/9.m4s', 2, { trackId: 7, decodeTime: 90_000 })
    deepEqual(found([init, segment(1), elsewhere, segment(2)]), [[], [], ['track-id-mismatch'], []])
  })

  it('of 0 in the init segment are no fault of the segments', () => {
    deepEqual(found([initAt('v/init.mp4', { trackId: 0 }), segment(1), segment(2)]).flat(), [])
  })
})

describe('one decode time that is off', () => {
  const codes = (...starts: readonly number[]) =>
    found([init, ...starts.map((decodeTime, at) => segment(at + 1, { decodeTime }))]).slice(1)

  it('is told once, ahead or behind', () => {
    deepEqual(codes(0, 4_400, 8_000, 12_000), [[], ['tfdt-gap'], [], []])
    deepEqual(codes(0, 3_500, 8_000, 12_000), [[], ['tfdt-overlap'], [], []])
  })

  it('is not taken for one that stays', () => {
    deepEqual(codes(0, 8_000, 12_000, 16_000), [[], ['tfdt-gap'], [], []])
    deepEqual(codes(0, 4_400, 8_400, 12_000), [[], ['tfdt-gap'], [], ['tfdt-overlap']])
  })
})

describe('decode times below 0', () => {
  it('are told at once where 32 bits hold the priming of a first segment', () => {
    const first = segment(1, { decodeTime: 2 ** 32 - 100, isShortDecodeTime: true })
    const second = segment(2, { decodeTime: 3_900, isShortDecodeTime: true })
    deepEqual(found([init, first, second]), [[], ['decode-time-negative'], []])
  })

  it('are none in a later segment, nor with 64 bits', () => {
    const late = segment(1, { decodeTime: 2 ** 32 - 4_100, isShortDecodeTime: true })
    const next = segment(2, { decodeTime: 2 ** 32 - 100, isShortDecodeTime: true })
    deepEqual(found([init, late, next]).flat(), [])
    deepEqual(found([init, segment(1, { decodeTime: 2 ** 32 - 100 })]).flat(), [])
  })

  it('do not make the next segment late', () => {
    const first = segment(1)
    const below = segment(2, { decodeTime: -1 })
    deepEqual(found([init, first, below, segment(3)]).flat(), [])
    deepEqual(found([init, segment(1, { decodeTime: -312 }), segment(2, { decodeTime: 3_688 })]).flat(), [])
  })
})

describe('what moofs leave to others', () => {
  const sized = (defaultSampleSize: number) => initAt('v/init.mp4', { defaultSampleSize })
  const unsized = (min: number, max: number) => segment(1, { defaultSizes: { min, max } })

  it('is the size of samples, once trex is known', () => {
    deepEqual(found([sized(20), unsized(1, 20)]).flat(), [])
    deepEqual(found([sized(21), unsized(1, 20)])[1], ['samples-outside-mdat'])
    deepEqual(found([sized(0), unsized(1, 20)])[1], ['samples-outside-mdat'])
    deepEqual(found([sized(0), unsized(0, 20)]).flat(), [])
    deepEqual(found([unsized(1, 20)]).flat(), ['segment-without-init'])
  })

  it('is the place of samples in a file that the segment is cut out of, unless that came', () => {
    const cut = (extra: Partial<TestObject> = {}) => segment(1, { missingFront: 700 }, extra)
    deepEqual(found([init, cut()])[1], ['samples-outside-mdat'])
    deepEqual(found([init, cut({ cut: { part: { of: 'u9', from: 700 } } })])[1], [])
  })

  it('is a tfdt in any of the moofs', () => {
    deepEqual(found([init, segment(1, { chunkCount: 3, untimedChunks: 1 })])[1], ['tfdt-missing'])
  })
})

describe('an init segment', () => {
  const flaws = (facts: Parameters<typeof initAt>[1]) => found([initAt('v/init.mp4', facts)]).flat()

  it('has an ftyp with a brand of CMAF or ISO BMFF', () => {
    for (const brand of [
      'cmfc',
      'cmf2',
      'isom',
      'iso5',
      'iso9',
      'isoa',
      'mp41',
      'mp42',
      'avc1',
      'dash',
      'M4V ',
      '3gp6',
    ])
      deepEqual(flaws({ brands: ['abcd', brand] }), [])
    deepEqual(flaws({ brands: [] }), ['init-brand'])
    deepEqual(flaws({ brands: ['qt  '] }), ['init-brand'])
  })

  it('may be of auxiliary video or a sequence of images', () => {
    for (const codec of ['avc1.4d401f', 'hvc1.1.6.L93.90', 'av01.0.04M.08', 'vp09.00.10.08', 'dvh1.05.06'])
      for (const handler of ['vide', 'auxv', 'pict']) deepEqual(flaws({ codec, handler }), [])
    deepEqual(flaws({ codec: 'mp4a.40.2', handler: 'auxv' }), ['init-handler'])
    deepEqual(flaws({ handler: 'soun' }), ['init-handler'])
  })
})

describe('segments against what their init segment says of samples', () => {
  const first = (facts: Parameters<typeof mediaAt>[2], header: Parameters<typeof initAt>[1] = {}) =>
    found([initAt('v/init.mp4', header), segment(1, facts)]).slice(1)
  const bare: Parameters<typeof mediaAt>[2] = {}
  const wrong = [['sample-encryption']]

  it('name one of its sample descriptions', () => {
    deepEqual(first({ descriptions: [1] }), [[]])
    deepEqual(first({ descriptions: [0, 2] }, { descriptionCount: 2 }), [[]])
    deepEqual(first({ descriptions: [2] }), [['sample-description-index']])
    deepEqual(first({ descriptions: [1, 3] }, { descriptionCount: 2 }), [['sample-description-index']])
  })

  it('have a vector for each encrypted sample, unless there is one for all', () => {
    const encrypted = { encrypted: true, ivSizes: [8] }
    deepEqual(first({ encrypted: true, ivSizes: [8] }, encrypted), [[]])
    deepEqual(first({ encrypted: true }, encrypted), [[]])
    deepEqual(first(bare, { encrypted: true, ivSizes: [0] }), [[]])
    deepEqual(first(bare, { encrypted: true }), [[]])
    deepEqual(first(bare, encrypted), wrong)
    deepEqual(first({ encrypted: true, uninformed: [0], ivSizes: [8] }, encrypted), wrong)
    deepEqual(first({ encrypted: true, ivSizes: [16] }, encrypted), wrong)
    deepEqual(first({ encrypted: true, ivSizes: [] }, encrypted), wrong)
  })

  it('may begin in the clear, with a sample description of its own', () => {
    const withLead = { encrypted: true, descriptionCount: 2, ivSizes: [8, null] }
    deepEqual(first({ descriptions: [2] }, withLead), [[]])
    deepEqual(first({ descriptions: [1] }, withLead), wrong)
    deepEqual(first(bare, withLead), wrong)
    deepEqual(first(bare, { ...withLead, defaultDescription: 2 }), [[]])
    deepEqual(first({ descriptions: [2, 1], encrypted: true, uninformed: [2], ivSizes: [8] }, withLead), [[]])
    deepEqual(first({ descriptions: [2, 1], encrypted: true, uninformed: [1] }, withLead), wrong)
  })

  it('come when and as long as their sidx says', () => {
    const index = { trackId: 1, timescale: 1_000, start: 0, duration: 4_000, decodeTime: 0, samples: 4 }
    const media = { explicitDuration: 4_000, defaultedSamples: 0 }
    const told = (facts: Partial<typeof index>, header: Parameters<typeof initAt>[1] = {}) =>
      first({ index: { ...index, ...media, ...facts } }, header)
    deepEqual(told({}), [[]])
    deepEqual(told({ timescale: 90_000, duration: 360_000 }), [[]])
    deepEqual(told({ duration: 9_000 }), [['segment-index']])
    deepEqual(told({ trackId: 2 }), [['segment-index']])
    deepEqual(told({ start: 20_000 }), [['segment-index']])
    deepEqual(told({ start: 20_000 }, { delaySeconds: 20 }), [[]])
    deepEqual(told({ decodeTime: 20_000 }), [['segment-index']])
    deepEqual(told({ decodeTime: 20_000 }, { editStart: 20_000 }), [[]])
  })
})

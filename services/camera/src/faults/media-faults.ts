import {
  decodeTimeOf,
  hideBox,
  withDecodeTime,
  withoutBox,
  withoutKeyFrame,
  withSequenceNumber,
  withTrackId,
} from '../media/boxes.ts'
import { segmentSeconds } from '../media/clip.ts'
import { anyInit, changeBody, type Fault, nthSegment, type Plan, unitsOf } from './fault.ts'

/** Shifts the decode time of the nth segment by `lengths` times the duration of a segment. */
const shifted = (plan: Plan, nth: number, lengths: number): Plan =>
  changeBody(plan, nthSegment(nth), (segment) => {
    const units = BigInt(lengths * segmentSeconds * unitsOf(plan.recording.clip))
    return withDecodeTime(segment, decodeTimeOf(segment) + units)
  })

/** A fault that changes the bytes of one segment. */
const ofSegment = (does: string, finding: string, how: (segment: Buffer) => Buffer) =>
  ({
    takes: 'segment',
    does,
    finding,
    profile: 'matter-1.6',
    apply: (plan, nth) => changeBody(plan, nthSegment(nth), how),
  }) as const satisfies Partial<Fault>

/** A fault that changes the bytes of init segments. */
const ofInit = (does: string, finding: string, how: (init: Buffer) => Buffer) =>
  ({
    takes: { word: 'missing' },
    does,
    finding,
    profile: 'matter-1.6',
    apply: (plan) => changeBody(plan, anyInit, how),
  }) as const satisfies Partial<Fault>

export const mediaFaults = {
  gap: {
    takes: 'segment',
    example: 'gap=2',
    does: 'gives segment 2 the decode time of the next',
    finding: 'tfdt-gap',
    profile: 'matter-1.6',
    apply: (plan, nth) => shifted(plan, nth, 1),
  },
  overlap: {
    takes: 'segment',
    example: 'overlap=2',
    does: 'gives segment 2 the decode time of the one before',
    finding: 'tfdt-overlap',
    profile: 'matter-1.6',
    apply: (plan, nth) => shifted(plan, nth, -1),
  },
  sequence: {
    example: 'sequence=2',
    ...ofSegment('gives segment 2 sequence number 0', 'sequence-number-not-increasing', (segment) =>
      withSequenceNumber(segment, 0),
    ),
  },
  'key-frame': {
    example: 'key-frame=2',
    ...ofSegment(
      'begins segment 2 without a key frame',
      'segment-not-starting-with-sync-sample',
      withoutKeyFrame,
    ),
  },
  'track-id': {
    example: 'track-id=2',
    ...ofSegment('gives segment 2 track id 9', 'track-id-mismatch', (segment) => withTrackId(segment, 9)),
  },
  tfdt: {
    example: 'tfdt=2',
    ...ofSegment('leaves tfdt out of segment 2', 'tfdt-missing', (segment) => hideBox(segment, 'tfdt')),
  },
  moof: {
    example: 'moof=2',
    ...ofSegment('leaves moof out of segment 2', 'segment-without-moof', (segment) =>
      withoutBox(segment, 'moof'),
    ),
  },
  mdat: {
    example: 'mdat=2',
    ...ofSegment('leaves mdat out of segment 2', 'samples-outside-mdat', (segment) =>
      withoutBox(segment, 'mdat'),
    ),
  },
  truncate: {
    example: 'truncate=2',
    ...ofSegment('sends half of segment 2 as if it were all', 'box-malformed', (segment) =>
      segment.subarray(0, segment.length / 2),
    ),
    profile: 'dash-if-2',
  },
  moov: {
    example: 'moov=missing',
    ...ofInit('sends init segments without moov', 'init-without-moov', (init) => withoutBox(init, 'moov')),
  },
  mvex: {
    example: 'mvex=missing',
    ...ofInit('sends init segments without mvex', 'init-not-fragmented', (init) => hideBox(init, 'mvex')),
  },
  ftyp: {
    example: 'ftyp=missing',
    ...ofInit('sends init segments without ftyp', 'init-brand', (init) => withoutBox(init, 'ftyp')),
  },
  trex: {
    example: 'trex=missing',
    ...ofInit('sends init segments without trex', 'init-incomplete', (init) => hideBox(init, 'trex')),
  },
} as const satisfies Readonly<Record<string, Fault>>

import { deepEqual, equal, ok } from 'node:assert/strict'
import type { FindingCode } from './rules.ts'
import { initialState } from './state.ts'
import { arrivalsOf, streamOf, type TestObject } from './testing/arrivals.ts'
import {
  type RecordedSequence,
  type RecordedStep,
  readRecordedSequences,
} from './testing/recorded-sequences.ts'
import { sentBytes } from './testing/sent-bytes.ts'
import { validateUpload } from './validate-upload.ts'

/** One upload of a sequence with both verdicts, and what came before it. */
interface Step extends RecordedStep {
  readonly ours: readonly string[]
  readonly track: string
  readonly before: readonly Step[]
}

/** What the reference looks at: order and names. It reads no media, and of a manifest only its kind. */
const ordering = (codes: readonly string[]): readonly string[] => [...new Set(codes)].toSorted()
const beyondReference: ReadonlySet<FindingCode> = new Set(['init-without-moov', 'segment-without-moof'])

const isInitial = ({ body }: RecordedStep) => body.startsWith('#') && !/STREAM-INF|ENDLIST/.test(body)
const isFinal = ({ body }: RecordedStep) => body.includes('#EXT-X-ENDLIST')
const isRepeated = ({ path, body, before }: Step) =>
  before.findLast((step) => step.path === path)?.body === body
const sameTrack = ({ track, before }: Step) => before.filter((step) => step.track === track)
const differs = ({ reference, ours }: Step) => ordering(reference).join() !== ordering(ours).join()
const changesOf = ({ reference, ours }: Step) => [
  ...reference.filter((code) => !ours.includes(code)),
  ...ours.filter((code) => !reference.includes(code)),
]
const onlyChanges = (step: Step, codes: RegExp) => changesOf(step).every((code) => codes.test(code))
const hasInit = (step: Step) =>
  step.before.some(({ path }) => path === `session_1/${step.track}/${step.track}.init`)

/** Where this server differs on purpose, and when that is the reason; the first that fits counts. */
const differences: readonly (readonly [row: string, isReason: (step: Step) => boolean])[] = [
  [
    'a manifest on cmaf-ingest is used, and a note',
    ({ path, ours }) => path.endsWith('.mpd') && ours.length === 0,
  ],
  ['identical bytes sent again change nothing', isRepeated],
  [
    'a static MPD or last playlist while an expected track never came is an error',
    ({ ours }) => ours.includes('track-missing'),
  ],
  [
    'a second initial playlist, or one behind segments, is known by its content',
    (step) => isInitial(step) && step.reference.some((code) => code.startsWith('hls-final-')),
  ],
  [
    'two final playlists, or an initial one taken for a final one, do not end a session',
    (step) =>
      step.session !== 1 && step.before.some((one) => differs(one) || (isRepeated(one) && isFinal(one))),
  ],
  [
    'an object belongs to the session in its path',
    (step) =>
      [...step.before, step].some(({ path }) => path.startsWith('session_7/')) &&
      onlyChanges(
        step,
        /^(session-number|init-before-playlist|segment-before-(playlist|init)|hls-(playlist|initial|final)-.*|segment-number-gap)$/,
      ),
  ],
  [
    'after a gap, a repeated or a misplaced segment the number after the received one is expected',
    (step) =>
      onlyChanges(step, /^segment-number-gap$/) &&
      sameTrack(step).some((one) => one.reference.length > 0 || isRepeated(one)),
  ],
  [
    'what a track lacks before the manifest came is named as well',
    (step) =>
      step.ours.some((code) => /^segment-before-(mpd|multivariant)$/.test(code)) &&
      changesOf(step).every((code) => step.ours.includes(code)) &&
      onlyChanges(step, /^(segment-before-(init|playlist)|init-before-playlist|segment-number-gap)$/),
  ],
  [
    'a media playlist opens no session, each object before the multivariant playlist is early, for one cause',
    (step) =>
      !step.before.some(
        ({ path, body, reference }) =>
          body.includes('STREAM-INF') && path === 'session_1/index.m3u8' && reference.length === 0,
      ),
  ],
  [
    'a track is ended by its final playlist only',
    (step) =>
      onlyChanges(step, /-after-end$|^segment-before-multivariant$/) &&
      sameTrack(step).some((one) => isInitial(one) || isFinal(one)),
  ],
  [
    'a track without its init segment has not begun',
    (step) =>
      !hasInit(step) &&
      onlyChanges(step, /^(segment-before-init|hls-final-early|init-(before-playlist|after-segments))$/),
  ],
  [
    'an init segment that came early has come',
    (step) => hasInit(step) && onlyChanges(step, /^segment-(before-(playlist|init)|number-gap)$/),
  ],
  [
    'a final playlist without a good segment is early',
    (step) =>
      onlyChanges(step, /^hls-final-early$/) &&
      !sameTrack(step).some(({ path, ours }) => /segment_\d+/.test(path) && ours.length === 0),
  ],
]

function replay(sequence: RecordedSequence): readonly Step[] {
  const stream = streamOf(sequence.interface, sequence.expected)
  const steps: Step[] = []
  let state = initialState
  for (const [at, arrival] of [...arrivalsOf(sequence.steps.map(objectOf))].entries()) {
    const result = validateUpload(stream, state, arrival)
    state = result.state
    const ours = result.findings
      .filter(
        ({ severity, rule, code }) => severity === 'error' && rule === 'matter' && !beyondReference.has(code),
      )
      .map(({ code }) => code)
    const step = sequence.steps[at]
    const track = /^[^/]+\/([^/]+)\//.exec(step?.path ?? '')?.[1] ?? ''
    if (step) steps.push({ ...step, ours, track, before: [...steps] })
  }
  return steps
}

function objectOf({ path, body, headers }: RecordedStep): TestObject {
  return { ...sentBytes(path, body), headers: Object.entries(headers).flat() }
}

describe('validation of the recorded sequences of the reference', () => {
  const steps = readRecordedSequences().flatMap((sequence) =>
    replay(sequence).map((step, at) => ({ ...step, name: `${sequence.name}, ${at + 1}` })),
  )
  const rows = new Map(differences.map(([row]) => [row, 0]))
  const unexplained: string[] = []

  before(() => {
    for (const step of steps.filter(differs)) {
      const [row] = differences.find(([, isReason]) => isReason(step)) ?? []
      if (row === undefined) unexplained.push(`${step.name} ${step.path}: [${step.reference}] [${step.ours}]`)
      else rows.set(row, (rows.get(row) ?? 0) + 1)
    }
  })

  it('is equal, or different for a reason that is known', () => {
    deepEqual(unexplained, [])
    const different = steps.filter(differs).length
    equal(steps.length, 1_269)
    ok(steps.length - different >= 1_060, `${different} steps are different`)
  })

  it('has each reason at least once', () => {
    deepEqual(
      [...rows].filter(([, count]) => count === 0),
      [],
    )
  })

  it('names every fault of an object of a session that is not open', () => {
    const found = (name: string) => ordering(steps.find((step) => step.name === name)?.ours ?? [])
    deepEqual(found('mutated 63, 3'), ['segment-before-init', 'session-number'])
    deepEqual(found('mutated 165, 5'), ['segment-number-high', 'session-number'])
  })

  after(() => {
    if (process.env.FUZZ_RUNS === undefined) return
    for (const [row, count] of rows) console.log(`      ${count} steps: ${row}`)
  })
})

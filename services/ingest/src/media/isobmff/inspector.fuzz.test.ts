import { deepEqual, ok } from 'node:assert/strict'
import { box, many, u32 } from '@pushav/shared/testing/media/boxes.ts'
import fc from 'fast-check'
import { createGauge, forAll, fuzzTimeoutMs } from '../../testing/fuzz.ts'
import { createInspector, type Part } from './inspector.ts'
import { boxes, mutatedOf, pieceLengths } from './testing/arbitrary.ts'
import { inspect } from './testing/inspect.ts'
import { makeSmallMedia } from './testing/small-media.ts'

const worstMs = 250

describe('createInspector with hostile bytes', function () {
  this.timeout(fuzzTimeoutMs)
  const gauge = createGauge('isobmff')
  let files: readonly Buffer[] = []
  before(async () => {
    files = await makeSmallMedia()
  })
  after(() => {
    gauge.print()
    ok(gauge.worstMs() < worstMs, `${gauge.worstMs()} ms`)
  })

  it('takes any bytes', () => forAll(fc.uint8Array({ maxLength: 2_000 }).map(Buffer.from), isSound))

  it('takes boxes in any order and depth whose sizes lie', () => forAll(boxes, isSound))

  it('takes real files with changes', () => forAll(mutatedOf(files), isSound))

  it('says the same however boxes are split', () =>
    forAll(fc.tuple(boxes, pieceLengths), ([bytes, lengths]) => isSplitLikeWhole(bytes, lengths)))

  it('says the same however changed files are split', () =>
    forAll(fc.tuple(mutatedOf(files), pieceLengths), ([bytes, lengths]) => isSplitLikeWhole(bytes, lengths)))

  it('takes boxes nested as deep as there is room', () => {
    const containers = fc.constantFrom('moov', 'trak', 'mdia', 'minf', 'stbl', 'udta', 'moof', 'traf', 'sinf')
    const paths = fc.tuple(fc.array(containers, { minLength: 1, maxLength: 6 }), fc.nat(4_000))
    forAll(paths, ([types, depth]) => isSound(nested(types, depth)))
  })

  it('takes one box again and again', () =>
    forAll(fc.tuple(boxes, fc.nat(200)), ([bytes, count]) => isSound(many(count, bytes.subarray(0, 2_000)))))

  /** Facts that are small, finite and the same after a journey as JSON; few faults; parts in order. */
  function isSound(bytes: Buffer): void {
    const { parts, ...facts } = gauge.measure(() => inspect(bytes))
    deepEqual(JSON.parse(JSON.stringify({ parts, facts })), { parts, facts })
    ok(JSON.stringify(facts).length < 100_000)
    ok(isLimited(facts.faults))
    ok(facts.faults.every(({ message }) => /^[ -~]{20,300}$/.test(message)))
    ok(facts.faults.length > 0 || facts.kind !== 'other' || facts.endsTrack)
    ok(isInOrder(parts, bytes.length))
  }
})

function isSplitLikeWhole(bytes: Buffer, lengths: readonly number[]): void {
  const parts: Part[] = []
  const inspector = createInspector({ onPart: (part) => parts.push(part) })
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const end = at + (lengths[turn % lengths.length] ?? 1)
    // A copy that is spoilt afterwards shows whether anything holds on to the caller's bytes.
    const part = Buffer.from(bytes.subarray(at, end))
    inspector.add(part)
    part.fill(0xff)
    at = end
  }
  deepEqual({ ...inspector.result(), parts }, inspect(bytes))
}

/** At most 16 of each code, and one that says that the upload is no media. */
function isLimited(faults: readonly { readonly code: string }[]): boolean {
  const counts = new Map<string, number>()
  for (const { code } of faults) counts.set(code, (counts.get(code) ?? 0) + 1)
  return [...counts.values()].every((count) => count <= 16)
}

/** Parts follow each other and never overlap. */
function isInOrder(parts: readonly Part[], bytes: number): boolean {
  const ends = [0, ...parts.map(({ to }) => to)]
  return parts.every(({ from, to }, at) => from >= (ends[at] ?? 0) && from < to && to <= bytes)
}

/** Each box is all that the one around it holds. */
function nested(types: readonly string[], depth: number): Buffer {
  const headers = Array.from({ length: depth }, (_, at) =>
    Buffer.concat([u32(8 * (depth - at)), box(types[at % types.length] ?? 'moov').subarray(4)]),
  )
  return Buffer.concat(headers)
}

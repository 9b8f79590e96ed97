import { deepEqual, equal, ok } from 'node:assert/strict'
import type { FaultRule, FaultSelection, UploadHead } from './fault-rule.ts'
import { isCandidate, isDrawn } from './select-upload.ts'

const any: FaultSelection = {
  ...{ path: null, session: null, track: null, kind: null },
  ...{ nth: null, every: null, probability: null, seed: 0 },
}
const rule: FaultRule = {
  ...{ id: 'r', when: any, fromMs: 1_000, untilMs: 2_000, maxHits: 1, script: null },
  fault: { kind: 'status', status: 500, at: 'end', retryAfter: null },
}
const head: UploadHead = {
  ...{ path: 'session_1/video/segment_1001.m4s', session: '1', track: 'video', kind: 'segment' },
  ...{ httpVersion: '1.1', otherConnections: 0, certificate: null },
}

describe('isCandidate', () => {
  const isFor = (when: Partial<FaultSelection>, other: Partial<UploadHead> = {}) =>
    isCandidate({ ...rule, when: { ...any, ...when } }, { ...head, ...other }, 1_500)

  it('is true from the beginning of a rule up to, not with, its end', () => {
    deepEqual(
      [999, 1_000, 1_999, 2_000].map((nowMs) => isCandidate(rule, head, nowMs)),
      [false, true, true, false],
    )
  })

  it('compares what is set', () => {
    ok(isFor({}))
    ok(isFor({ track: 'video', kind: 'segment', session: '1' }))
    equal(isFor({ track: 'audio' }), false)
    equal(isFor({ kind: 'init' }), false)
    equal(isFor({ session: '2' }), false)
    equal(isFor({ track: 'video' }, { track: null }), false)
  })

  it('takes * in a path for any characters', () => {
    const fitting = ['*', '*.m4s', 'session_*', '*/video/*', 'session_1/*/segment_*1.m4s', head.path, '**']
    deepEqual(
      fitting.filter((path) => !isFor({ path })),
      [],
    )
    const others = ['', '*.mpd', 'video/*', 'session_1', '*segment_1001', `${head.path}*x`, '*1.m4s*1.m4s']
    deepEqual(
      others.filter((path) => isFor({ path })),
      [],
    )
  })

  it('does not take long for a hostile pattern', () => {
    equal(isFor({ path: `${'*a'.repeat(500)}b` }, { path: 'a'.repeat(1_024) }), false)
  })

  it('hits HTTP/2 only with what only HTTP/2 has', () => {
    const goaway: FaultRule = { ...rule, fault: { kind: 'goaway', code: 0 } }
    equal(isCandidate(goaway, head, 1_500), false)
    ok(isCandidate(goaway, { ...head, httpVersion: '2' }, 1_500))
  })

  it('limits connections once as many others have uploads in flight', () => {
    const limit: FaultRule = { ...rule, fault: { kind: 'connections', max: 2 } }
    deepEqual(
      [0, 1, 2, 3].map((otherConnections) => isCandidate(limit, { ...head, otherConnections }, 1_500)),
      [false, false, true, true],
    )
  })
})

describe('isDrawn', () => {
  const drawn = (when: Partial<FaultSelection>, upTo = 6) =>
    Array.from({ length: upTo }, (_, i) => i + 1).filter((n) => isDrawn({ ...any, ...when }, n))

  it('draws all, the nth, or each nth', () => {
    deepEqual(drawn({}), [1, 2, 3, 4, 5, 6])
    deepEqual(drawn({ nth: 3 }), [3])
    deepEqual(drawn({ every: 2 }), [2, 4, 6])
  })

  it('draws the same ones again with the same seed, and others with another', () => {
    const seven = drawn({ probability: 0.05, seed: 7 }, 10_000)
    deepEqual(seven, drawn({ probability: 0.05, seed: 7 }, 10_000))
    equal(seven.join() === drawn({ probability: 0.05, seed: 8 }, 10_000).join(), false)
    ok(seven.length > 400 && seven.length < 600, String(seven.length))
    deepEqual(drawn({ probability: 1, seed: 7 }), [1, 2, 3, 4, 5, 6])
  })
})

import { deepEqual, equal, throws } from 'node:assert/strict'
import { faultRuleBody, faultScripts } from '@pushav/shared/api/lab/faults.ts'
import { parseBody } from '../http/parse-request.ts'
import { requestOf } from './http/fault-json.ts'
import { termsOf } from './make-rules.ts'
import { requestsOf } from './scripts.ts'

const nowMs = Date.parse('2026-11-28T12:00:00Z')

/** The rule that a body asks for. */
const made = (body: object) => termsOf(requestOf(parseBody(faultRuleBody, body)), nowMs)

describe('a fault rule', () => {
  const fault = { kind: 'status', status: 503 }

  it('has an end and a number of hits, also where the user names none', () => {
    const { fromMs, untilMs, maxHits } = made({ fault })
    deepEqual({ fromMs, untilMs, maxHits }, { fromMs: nowMs, untilMs: nowMs + 600_000, maxHits: 100 })
    equal(made({ when: { nth: 3 }, fault }).maxHits, 1)
    // Here nth says when the certificate expires; from then on each upload with it is hit.
    const expired = { when: { nth: 3 }, fault: { kind: 'certificate-expired' } }
    equal(made(expired).maxHits, 1_000)
    equal(made({ ...expired, max_hits: 5 }).maxHits, 5)
  })

  it('lasts for ten minutes from a time that is to come', () => {
    equal(made({ from: '2026-11-28T13:00:00+00:00', fault }).untilMs, nowMs + 3_600_000 + 600_000)
  })

  const refused: readonly [object, RegExp][] = [
    [{}, /fault /],
    [{ fault: { kind: 'explode' } }, /fault/],
    [{ fault: { kind: 'status', status: 200 } }, /fault.status must be at least 400/],
    [{ fault, unknown: 1 }, /must not have "unknown"/],
    [{ fault: { kind: 'delay', seconds: 601 } }, /fault.seconds must be at most 600/],
    [{ fault, max_hits: 1_001 }, /max_hits must be at most 1000/],
    [{ when: { nth: 1, every: 2 }, fault }, /nth and every; only one/],
    [{ when: { every: 2, probability: 0.5 }, fault }, /every and probability; only one/],
    [{ when: { seed: 7 }, fault }, /seed needs when.probability/],
    [{ when: { nth: 2 }, max_hits: 3, fault }, /max_hits is 1/],
    [{ from: '2026-11-28T13:00:00Z', until: '2026-11-28T12:30:00Z', fault }, /from must be before until/],
    [{ from: '2026-11-28T10:00:00Z', until: '2026-11-28T11:00:00Z', fault }, /until is in the past/],
    [{ until: '2026-11-29T12:00:01Z', fault }, /at most a day/],
    [{ from: '2026-12-28T12:00:00Z', fault }, /from must be at most a day from now/],
    [{ fault: { kind: 'cut', at: 'end', after_bytes: 9 } }, /after_bytes needs "at": "middle"/],
    [{ fault: { kind: 'status', status: 404, retry_after: 1 } }, /retry_after goes with/],
  ]
  for (const [body, words] of refused)
    it(`is refused: ${JSON.stringify(body)}`, () => {
      throws(() => made(body), words)
    })
})

describe('a ready script', () => {
  for (const script of faultScripts)
    it(`makes rules that end within five minutes: ${script}`, () => {
      const rules = requestsOf(script, nowMs).map((request) => termsOf(request, nowMs))
      equal(rules.length > 0, true)
      for (const { untilMs } of rules) equal(untilMs > nowMs && untilMs <= nowMs + 300_000, true)
    })
})

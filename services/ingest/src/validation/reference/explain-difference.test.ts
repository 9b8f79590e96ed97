import { deepEqual, equal } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { IngestInterface } from '../../streams/stream.ts'
import { finding } from '../finding.ts'
import type { FindingCode } from '../rules.ts'
import { type DifferenceCode, differenceRows } from './difference-rows.ts'
import { explainDifference } from './explain-difference.ts'
import type { ReferenceDecision } from './reference-state.ts'

interface Situation {
  readonly interface?: IngestInterface
  readonly outcome?: ReferenceDecision['outcome']
  readonly reference?: readonly FindingCode[]
  readonly ours?: readonly FindingCode[]
  readonly isRefusedBefore?: boolean
  readonly isLaterRecording?: boolean
  readonly session?: number
}

const explain = (situation: Situation) =>
  explainDifference({
    interface: situation.interface ?? 'hls',
    decision: {
      outcome: situation.outcome ?? 'judged',
      faults: (situation.reference ?? []).map((code) => ({ code, message: '' })),
      session: situation.session ?? 1,
    },
    findings: (situation.ours ?? []).map((code) => finding(code, '')),
    isLaterRecording: situation.isLaterRecording ?? false,
    isRefusedBefore: situation.isRefusedBefore ?? false,
  })

const situations: Readonly<Record<DifferenceCode, Situation>> = {
  'header-case': { reference: ['segment-number-gap', 'extinf-header-missing'] },
  'number-gap': { reference: ['segment-number-gap'] },
  'same-bytes': { reference: ['init-duplicate'], ours: ['upload-repeated'] },
  'first-verdict': { isRefusedBefore: true },
  'static-again': { reference: ['mpd-static-early'], ours: ['mpd-static-repeated'] },
  'after-static': { reference: ['segment-before-mpd'] },
  'dynamic-again': { reference: ['mpd-dynamic-late'], ours: ['session-abandoned'] },
  restart: { reference: ['init-after-segments'], isLaterRecording: true },
  'first-session': { reference: ['session-number'] },
  'session-count': { session: 2, reference: ['session-number'], ours: ['session-number-reused'] },
  'second-initial': { reference: ['hls-final-not-vod', 'hls-final-early'], ours: ['hls-initial-repeated'] },
  'path-clash': { outcome: 'failed', ours: ['path-clash'] },
  'no-endlist': { ours: ['hls-final-no-endlist'] },
  'track-missing': { ours: ['track-missing'] },
  'malformed-mpd': { outcome: 'failed', ours: ['mpd-malformed'] },
  'cmaf-manifest': { interface: 'cmaf-ingest', reference: ['manifest-interface'] },
  'body-cut-off': { outcome: 'lost', ours: ['body-incomplete'] },
  'cmaf-names': { interface: 'cmaf-ingest', reference: ['extension'] },
  'not-routed': { outcome: 'not-routed' },
  hksv: { interface: 'hksv' },
  media: { ours: ['media-not-isobmff'] },
  state: { reference: ['init-after-end'] },
}

describe('the explanation of a difference from the reference', () => {
  for (const [code, situation] of Object.entries(situations))
    it(`is ${code}`, () => equal(explain(situation), code))

  it('is none where both take an upload, and where both store and refuse it', () => {
    equal(explain({}), null)
    equal(explain({ ours: ['upload-repeated'] }), null)
    equal(explain({ reference: ['object-path'], ours: ['object-path'] }), null)
  })

  it('is a row of docs/differences.md each', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../../../docs/differences.md'), 'utf8')
    const rows = Object.values(differenceRows).map(
      ({ situation, reference, ours }) => `| ${situation} | ${reference} | ${ours} |`,
    )
    deepEqual(
      rows.filter((row) => !page.includes(row)),
      [],
    )
  })
})

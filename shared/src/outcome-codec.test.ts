import { deepEqual, equal, ok } from 'node:assert/strict'
import { decodeOutcome, decodeState, encodeOutcome } from './outcome-codec.ts'
import type { ProbeOutcome } from './probe-job.ts'

const done: ProbeOutcome = { state: 'done', probe: { streams: [{ codec_name: 'h264' }], format: {} } }
const failed: ProbeOutcome = {
  state: 'failed',
  message: 'no',
  stderr: 'ñ'.repeat(10_000),
  command: 'ffprobe',
}

const notMedia: ProbeOutcome = { state: 'not-media', message: 'an MPD' }

describe('a kept outcome', () => {
  it('is what it was, however long', () => {
    for (const outcome of [done, failed, notMedia]) deepEqual(decodeOutcome(encodeOutcome(outcome)), outcome)
  })

  it('says its state', () => {
    equal(decodeState(encodeOutcome(done)), 'done')
    equal(decodeState(encodeOutcome(failed)), 'failed')
    equal(decodeState(encodeOutcome(notMedia)), 'not-media')
  })

  it('takes a third of its JSON at most where ffprobe says what it usually does', () => {
    const usual = { codec_long_name: 'H.264 / AVC / MPEG-4 AVC / MPEG-4 part 10', field_order: 'progressive' }
    const streams = [{ ...usual, disposition: { default: 1, dub: 0, original: 0, comment: 0, lyrics: 0 } }]
    const outcome: ProbeOutcome = { state: 'done', probe: { streams, format: { nb_programs: 0 } } }
    ok(encodeOutcome(outcome).length < JSON.stringify(outcome).length / 3)
  })
})

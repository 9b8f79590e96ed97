import { deepEqual, equal } from 'node:assert/strict'
import { failedOutcome, outcomeOf } from './outcome.ts'

const job = { stream: '1', upload: 'u', path: "it's $& a b.m4s", init: 'i' }
const result = { stdout: '', stderr: '' }

describe('outcomeOf', () => {
  it('names the object by its own path', () => {
    const stdout = '{"programs":[],"streams":[{"index":0}],"format":{"filename":"object","size":"7"}}'
    deepEqual(outcomeOf(job, 'whole', { ...result, ending: 'accepted', stdout }), {
      state: 'done',
      probe: { streams: [{ index: 0 }], format: { filename: job.path, size: '7' } },
    })
  })

  it('shows what ffprobe complains of without its pointers or our names', () => {
    const stderr = '[mov,mp4 @ 0x55f0c0ffee00] moov atom not found\nobject: Invalid data\n'
    const outcome = outcomeOf(job, 'whole', { ...result, ending: 'rejected', stderr })
    equal(
      outcome.state === 'failed' && outcome.stderr,
      `[mov,mp4] moov atom not found\n${job.path}: Invalid data`,
    )
  })

  it('shows the object in place of init and segment too', () => {
    const stderr = 'concat:init|object: Invalid data\n'
    const outcome = outcomeOf(job, 'segment', { ...result, ending: 'rejected', stderr })
    equal(outcome.state === 'failed' && outcome.stderr, `${job.path}: Invalid data`)
  })
})

describe('failed', () => {
  it('shows a command that a shell would take', () => {
    const outcome = failedOutcome('init-unknown', job, 'segment')
    equal(
      outcome.state === 'failed' && outcome.command,
      `ffprobe -v error -f mov -protocol_whitelist concat,file -show_streams -show_format -of json 'concat:init|it'\\''s $& a b.m4s'`,
    )
  })
})

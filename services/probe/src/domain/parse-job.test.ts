import { deepEqual, throws } from 'node:assert/strict'
import { parseJob } from './parse-job.ts'

const job = { stream: '1', upload: '0198a-x.7', path: 'session_1/../a b.m4s', init: null }

describe('parseJob', () => {
  it('takes a job as it is', () => {
    deepEqual(parseJob(job), job)
    deepEqual(parseJob({ ...job, init: 'i1', more: true }), { ...job, init: 'i1' })
  })

  for (const name of ['../1', 'a/b', '', '..', '.x', 'a\0', 'a|b', 7, null, undefined]) {
    it(`refuses ${JSON.stringify(name)} as the name of a file`, () => {
      throws(() => parseJob({ ...job, stream: name }), /needs a stream/)
      throws(() => parseJob({ ...job, upload: name }), /needs an upload/)
      if (name !== null) throws(() => parseJob({ ...job, init: name }), /needs an init/)
    })
  }

  it('refuses what is no job', () => {
    throws(() => parseJob(null))
    throws(() => parseJob('job'))
    throws(() => parseJob({ ...job, path: 1 }), /needs a path/)
  })
})

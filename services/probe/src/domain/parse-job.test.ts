import { deepEqual, throws } from 'node:assert/strict'
import { parseJobs } from './parse-job.ts'

const job = { stream: '1', upload: '0198a-x.7', path: 'session_1/../a b.m4s', init: null }

describe('parseJobs with one upload', () => {
  it('takes a job and drops unknown fields', () => {
    deepEqual(parseJobs(job).jobs, [job])
    deepEqual(parseJobs({ ...job, init: 'i1', more: true }).jobs, [{ ...job, init: 'i1' }])
  })

  for (const name of ['../1', 'a/b', '', '..', '.x', 'a\0', 'a|b', 7, null, undefined]) {
    it(`refuses ${JSON.stringify(name)} as the name of a file`, () => {
      throws(() => parseJobs({ ...job, stream: name }), /needs a stream/)
      throws(() => parseJobs({ ...job, upload: name }), /needs an upload/)
      if (name !== null) throws(() => parseJobs({ ...job, init: name }), /needs an init/)
    })
  }

  it('refuses what is no job', () => {
    throws(() => parseJobs(null))
    throws(() => parseJobs('job'))
    throws(() => parseJobs({ ...job, path: 1 }), /needs a path/)
  })
})

describe('parseJobs', () => {
  it('takes one upload or many', () => {
    deepEqual(parseJobs(job), { jobs: [job], errors: [] })
    deepEqual(parseJobs({ uploads: [job, { ...job, upload: 'v' }] }).jobs, [job, { ...job, upload: 'v' }])
  })

  it('passes over what is malformed among others', () => {
    const { jobs, errors } = parseJobs({ uploads: [null, job, { ...job, upload: '../x' }] })
    deepEqual(jobs, [job])
    deepEqual(errors, ['a probe job needs a stream', 'a probe job needs an upload'])
  })

  it('refuses a job without anything to probe', () => {
    throws(() => parseJobs({ uploads: [] }), /needs uploads/)
    throws(() => parseJobs({ uploads: [7] }), /needs a stream/)
  })
})

import { deepEqual, equal, notEqual } from 'node:assert/strict'
import { batchesOf, isUrgent } from './probe-batches.ts'

const jobs = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ stream: '1', upload: `u${n}`, path: `${n}.m4s`, init: 'i' }))

describe('batchesOf', () => {
  it('makes an upload that is alone a job of its own name', () => {
    const [job] = jobs(1)
    deepEqual(batchesOf(jobs(1)), [{ name: 'probe', data: job, opts: { jobId: 'u0' } }])
  })

  it('leaves out none of many and repeats none', () => {
    const batches = batchesOf(jobs(33))
    const uploads = batches.flatMap(({ data }) => ('uploads' in data ? data.uploads : [data]))
    deepEqual(uploads, jobs(33))
    equal(batches.length, 3)
    equal(new Set(batches.map(({ opts }) => opts.jobId)).size, 3)
  })

  it('gives a batch an id of its own, the same for the same uploads', () => {
    const [a, b, c] = jobs(3)
    if (!a || !b || !c) throw new Error('no jobs')
    const idOf = (...uploads: (typeof a)[]) => batchesOf(uploads)[0]?.opts.jobId
    equal(idOf(a, b), idOf(a, b))
    notEqual(idOf(a, b), idOf(a, c))
  })
})

describe('isUrgent', () => {
  it('is what needs no init segment', () => {
    const [segment] = jobs(1)
    if (!segment) throw new Error('no job')
    equal(isUrgent(segment), false)
    equal(isUrgent({ ...segment, init: null }), true)
    equal(isUrgent({ ...segment, init: null, path: 'a/1.TS' }), false)
  })
})

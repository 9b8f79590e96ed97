import { deepEqual, rejects } from 'node:assert/strict'
import type { ProbeJob, ProbeOutcome } from '@pushav/shared/probe-job.ts'
import { createPrioritySemaphore } from './priority-semaphore.ts'
import { probeUploadsWith } from './probe-uploads.ts'

const job = (upload: string): ProbeJob => ({ stream: '1', upload, path: 'a.mp4', init: null })
const done: ProbeOutcome = { state: 'done', probe: {} }
const first = { last: false, deaths: 0 }

describe('probeUploads', () => {
  let probed: string[]
  beforeEach(() => {
    probed = []
  })
  const probeUploads = probeUploadsWith(async ({ upload }) => {
    if (upload === 'poison') throw new Error('no room')
    probed.push(upload)
    return done
  }, createPrioritySemaphore(2))

  it('leaves over only the one that could not be probed', async () => {
    const left = await probeUploads([job('a'), job('poison'), job('b')], first, 'normal')
    deepEqual([left, probed], [[job('poison')], ['a', 'b']])
  })

  it('takes many apart over which a worker died', async () => {
    const jobs = [job('a'), job('b')]
    deepEqual([await probeUploads(jobs, { ...first, deaths: 1 }, 'normal'), probed], [jobs, []])
  })

  it('throws where a job has but one upload, so that its tries are counted', async () => {
    await rejects(probeUploads([job('poison')], first, 'normal'), /no room/)
  })
})

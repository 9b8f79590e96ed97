import { deepEqual, equal, rejects } from 'node:assert/strict'
import type { ProbeJob, ProbeOutcome } from '@pushav/shared/probe-job.ts'
import { temporaryDirectory } from '@pushav/shared/testing/temporary-directory.ts'
import { diskUploads } from '../disk/disk-uploads.ts'
import { type Ffprobe, UploadsUnavailable } from './ports.ts'
import { probeUploadWith } from './probe-upload.ts'

const job: ProbeJob = { stream: '1', upload: 'u', path: 'a.mp4', init: null }
const keyless = () => null
const unexpected: Ffprobe = () => Promise.reject(new Error('not to be run'))

describe('probeUpload', () => {
  let saved: ProbeOutcome[]
  const outcomes = {
    findDone: async () => null,
    save: async (_job: ProbeJob, outcome: ProbeOutcome) => void saved.push(outcome),
  }
  beforeEach(() => {
    saved = []
  })

  it('gives up an upload over which worker after worker died', async () => {
    await using folder = await temporaryDirectory()
    const probeUpload = probeUploadWith(diskUploads(folder.path), unexpected, outcomes, keyless)
    const outcome = await probeUpload(job, { last: false, deaths: 5 })
    deepEqual(saved, [outcome])
    equal(outcome.state, 'failed')
  })

  it('saves nothing while there are tries left', async () => {
    await using folder = await temporaryDirectory()
    const probeUpload = probeUploadWith(diskUploads(folder.path), unexpected, outcomes, keyless)
    await rejects(probeUpload(job, { last: false, deaths: 4 }), { name: 'UploadGone' })
    deepEqual(saved, [])
  })

  it('saves nothing with the last try either where nobody can tell what the upload is', async () => {
    const away = () => Promise.reject(new UploadsUnavailable('the server is away'))
    const probeUpload = probeUploadWith(
      { inputKind: away, init: away, sandboxDir: away, bytes: away },
      unexpected,
      outcomes,
      keyless,
    )
    await rejects(probeUpload(job, { last: true, deaths: 0 }), { name: 'UploadsUnavailable' })
    deepEqual(saved, [])
  })

  it('saves a failure with the last try', async () => {
    await using folder = await temporaryDirectory()
    const probeUpload = probeUploadWith(diskUploads(folder.path), unexpected, outcomes, keyless)
    await rejects(probeUpload(job, { last: true, deaths: 0 }), { name: 'UploadGone' })
    equal(saved.length, 1)
  })

  it('saves a failure with the last try although another one fails at the same time', async () => {
    await using folder = await temporaryDirectory()
    const probeUpload = probeUploadWith(diskUploads(folder.path), unexpected, outcomes, keyless)
    const tries = [false, true].map((last) => probeUpload(job, { last, deaths: 0 }))
    await Promise.allSettled(tries)
    equal(saved.length, 1)
  })

  it('probes a segment with its init segment although a job without that is in flight', async () => {
    const segments = {
      inputKind: async () => 'segment' as const,
      init: async () => Buffer.alloc(8),
      bytes: async () => Buffer.alloc(8),
      sandboxDir: async () => ({ directory: '', files: [], [Symbol.dispose]: () => undefined }),
    }
    const stdout = '{"streams":[],"format":{}}'
    const ffprobe: Ffprobe = async () => ({ ending: 'accepted', stdout, stderr: '' })
    const probeUpload = probeUploadWith(segments, ffprobe, outcomes, keyless)
    const jobs = [job, { ...job, init: 'i' }, { ...job, init: 'i' }]
    const probed = await Promise.all(jobs.map((one) => probeUpload(one, { last: false, deaths: 0 })))
    deepEqual(
      probed.map(({ state }) => state),
      ['failed', 'done', 'done'],
    )
    deepEqual(
      saved.map(({ state }) => state),
      ['failed', 'done'],
    )
  })
})

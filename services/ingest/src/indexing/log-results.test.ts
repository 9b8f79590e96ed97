import { deepEqual, equal } from 'node:assert/strict'
import { mock } from 'node:test'
import { createLogger } from '@pushav/shared/logger.ts'
import { arrivalsOf, initAt } from '../validation/testing/arrivals.ts'
import type { JudgedUpload } from './judged-upload.ts'
import { createResultLog } from './log-results.ts'

describe('the log of what comes in', () => {
  it('says of each upload its stream, path, size, verdict and device', () => {
    const { lines, log } = recorder()
    using results = createResultLog(log)
    results.uploaded('7', judged('session_1/v/segment_1001.m4s'))
    results.uploaded('7', judged('x.txt', [extension]))
    deepEqual(lines, [
      'stream 7: session_1/v/segment_1001.m4s, 1.0 kB, fine (cam)',
      'stream 7: x.txt, 1.0 kB, 1 error (extension) (cam)',
    ])
  })

  it('adds up what comes faster than a person reads, until fewer come', () => {
    mock.timers.enable({ apis: ['setTimeout'] })
    try {
      const { lines, log } = recorder()
      using results = createResultLog(log)
      for (let n = 0; n < 50; n++) results.uploaded('7', judged(`${n}.m4s`))
      equal(lines.length, 20)
      mock.timers.tick(1_000)
      deepEqual(lines.splice(0).slice(20), ['30 more uploads in this second: 30 kB, 0 with errors'])
      results.uploaded('7', judged('late.m4s'))
      results.uploaded('7', judged('bad.m4s', [extension]))
      mock.timers.tick(1_000)
      deepEqual(lines.splice(0), [
        '2 uploads in this second: 2.0 kB, 1 with errors, such as extension at bad.m4s',
      ])
      results.uploaded('7', judged('calm.m4s'))
      deepEqual(lines.splice(0), ['stream 7: calm.m4s, 1.0 kB, fine (cam)'])
      mock.timers.tick(5_000)
      deepEqual(lines, [])
    } finally {
      mock.timers.reset()
    }
  })

  it('says how a session ended, and what came of it', () => {
    const { lines, log } = recorder()
    using results = createResultLog(log)
    const counts = { uploads: 214, bytes: 87_600_000, errors: 1, warnings: 2 }
    results.ended('7', { id: '3', counts }, 'complete')
    deepEqual(lines, [
      'stream 7: session 3 complete: 214 uploads, 88 MB, 1 upload with errors, 2 with warnings',
    ])
  })

  const extension = { code: 'extension', severity: 'error', rule: 'matter', message: '' } as const

  function recorder() {
    const lines: string[] = []
    const write = (line: string) => void lines.push(JSON.parse(line).msg)
    return { lines, log: createLogger('ingest', 'info', { write }) }
  }

  function judged(path: string, findings: JudgedUpload['findings'] = []): JudgedUpload {
    const [arrival] = [...arrivalsOf([initAt(path)])]
    if (!arrival) throw new Error('there is no arrival')
    return {
      ...{ upload: arrival.upload, findings, session: '1', track: 'v', status: 202, position: 0 },
      ...{ init: null, media: null, initFacts: null },
    }
  }
})

import { deepEqual, equal, match } from 'node:assert/strict'
import type { JudgedUpload } from '../indexing/judged-upload.ts'
import type { Upload } from '../uploads/upload.ts'
import { arrivalsOf, segment } from '../validation/testing/arrivals.ts'
import type { FaultHit } from './fault-rule.ts'
import { createReactionView } from './reaction-view.ts'

const start = Date.parse('2026-11-28T12:00:00Z')
const refusal: FaultHit = {
  ...{ rule: 'r', does: 'responded 500 after the body', isRefused: true, status: 500, isComplete: true },
}
const pause: FaultHit = { ...refusal, does: 'waited 1 s', isRefused: false, status: null }

const [arrival] = arrivalsOf([segment(1_001)])
if (!arrival) throw new Error('no arrival')
const base: JudgedUpload = {
  ...{ upload: arrival.upload, findings: [], session: null, track: null, status: 202, position: 0 },
  ...{ init: null, initFacts: null, media: null },
}

type Sent = Partial<Pick<Upload, 'whole' | 'sha256' | 'fault' | 'part' | 'sender'>> &
  Partial<Pick<JudgedUpload, 'session' | 'track'>>

/** What is said of the first hit, of uploads that begin at seconds and take a tenth. */
function reactionTo(uploads: readonly (readonly [second: number, path: string, Sent?])[], nowSecond = 10) {
  const view = createReactionView()
  for (const [position, [second, path, { session, track, ...sent } = {}]] of uploads.entries()) {
    const upload: Upload = {
      ...base.upload,
      ...{ id: `u${position}`, path, whole: sent.fault?.isRefused !== true, sha256: path, bytes: 1 },
      startedAt: new Date(start + second * 1_000).toISOString(),
      receivedAt: new Date(start + second * 1_000 + 100).toISOString(),
      ...sent,
    }
    const [folder = '', next = ''] = path.split('/')
    const place = {
      session: session === undefined ? folder : session,
      track: track === undefined ? next : track,
    }
    view.add({ ...base, upload, ...place, position })
  }
  return view.reactions(null, start + nowSecond * 1_000)
}

const hit = [0, '1/video/2', { fault: refusal }] as const

describe('the reaction to a fault', () => {
  const first = (...more: Parameters<typeof reactionTo>[0]) => reactionTo([hit, ...more])[0]

  it('is pending while the object may still come, and then that the camera gave up', () => {
    equal(first()?.kind, 'pending')
    equal(first()?.isLost, null)
    const [later] = reactionTo([hit], 61)
    deepEqual([later?.kind, later?.isLost], ['gave-up', true])
    match(later?.says ?? '', /did not retry and sent nothing any more/)
  })

  it('is a retry, however often, with its times and bytes', () => {
    const reaction = first(
      [1, '1/video/2', { fault: refusal }],
      [3, '1/video/2', { whole: false, sha256: 'half' }],
      [7, '1/video/2'],
    )
    deepEqual(reaction?.retriedAfterMs, [1_000, 3_000, 7_000])
    equal(reaction?.kind, 'retried')
    equal(reaction?.hasSameBytes, true)
    equal(reaction?.deliveredAfterMs, 7_100)
    equal(reaction?.isLost, false)
    match(reaction?.says ?? '', /retried 3 times, first after 1\.0 s with the same bytes.*7\.1 s/)
  })

  it('counts a hit before the first object of a session to that session', () => {
    const early = [0, '1/video/v.init', { fault: refusal, session: null, track: null }] as const
    const [skipped] = reactionTo([early, [2, '1/video/2']])
    deepEqual([skipped?.kind, skipped?.session, skipped?.track], ['skipped', '1', 'video'])
    const [beside] = reactionTo([early, [2, '1/audio/2'], [3, '1/audio/3']], 70)
    deepEqual([beside?.kind, beside?.session, beside?.nextSession], ['skipped', '1', null])
    const [other] = reactionTo([
      [0, 'session_1/v/v.init', early[2]],
      [2, 'session_2/v/2', { session: '2', track: 'v' }],
    ])
    deepEqual([other?.kind, other?.nextSession], ['new-session', '2'])
  })

  it('does not take the next version of an object for a retry', () => {
    const manifest = [0, '1/video/index.m3u8', { fault: refusal }] as const
    const [retried] = reactionTo([
      manifest,
      [1, '1/video/index.m3u8'],
      [9, '1/video/index.m3u8', { sha256: 'longer' }],
    ])
    deepEqual([retried?.retries, retried?.hasSameBytes], [1, true])
    const [accepted] = reactionTo([
      [0, '1/video/index.m3u8', { fault: pause }],
      [5, '1/video/index.m3u8', { sha256: 'longer' }],
    ])
    deepEqual([accepted?.kind, accepted?.retries], ['accepted', 0])
  })

  it('says that a retry has other bytes, and nothing of bytes that did not all come', () => {
    equal(first([1, '1/video/2', { sha256: 'other' }])?.hasSameBytes, false)
    const cut = { ...refusal, isComplete: false }
    equal(
      reactionTo([
        [0, '1/video/2', { fault: cut }],
        [1, '1/video/2'],
      ])[0]?.hasSameBytes,
      null,
    )
  })

  it('is a skip once a later object of the track comes', () => {
    const reaction = first([4, '1/video/3'])
    deepEqual([reaction?.kind, reaction?.isLost, reaction?.resumedAfterMs], ['skipped', true, 4_100])
  })

  it('is no skip yet when another track goes on, or an upload was on its way', () => {
    equal(first([4, '1/audio/3'])?.kind, 'pending')
    equal(first([0.05, '1/video/3'])?.kind, 'pending')
    equal(reactionTo([hit, [4, '1/audio/3']], 61)[0]?.kind, 'skipped')
  })

  it('is a retry also when it comes behind later objects', () => {
    equal(first([4, '1/video/3'], [5, '1/video/2'])?.kind, 'retried')
  })

  it('is a new session', () => {
    const reaction = first([4, '2/video/1'])
    deepEqual([reaction?.kind, reaction?.nextSession, reaction?.isLost], ['new-session', '2', true])
    match(reaction?.says ?? '', /began session 2 4\.1 s after/)
  })

  it('is that the upload was accepted where the fault did not refuse it', () => {
    const waited = [0, '1/video/2', { fault: pause }] as const
    equal(reactionTo([waited])[0]?.kind, 'accepted')
    const impatient = reactionTo([waited, [1, '1/video/2']])[0]
    match(impatient?.says ?? '', /was accepted, but the camera retried once/)
    const left = [0, '1/video/2', { fault: { ...pause, isComplete: false }, whole: false }] as const
    match(reactionTo([left], 61)[0]?.says ?? '', /lost, though it was not refused/)
  })

  describe('after its certificate expired', () => {
    const deviceOf = (fingerprint: string | null) => ({
      sender: {
        ...base.upload.sender,
        device: fingerprint === null ? null : { fingerprint, serial: '01', subject: 'CN=cam', notAfter: '' },
      },
    })
    const expired: FaultHit = { ...refusal, kind: 'certificate-expired', status: 403, isComplete: false }
    const refused = { fault: expired, ...deviceOf('a') }
    const after = (nowSecond: number, ...more: Parameters<typeof reactionTo>[0]) =>
      reactionTo([[0, '1/video/2', refused], ...more], nowSecond)[0]

    it('says when it came with another certificate, also where it lost the object', () => {
      const renewed = after(10, [2, '1/video/2', refused], [4, '1/video/2', deviceOf('b')])
      deepEqual(
        [renewed?.kind, renewed?.certificate, renewed?.renewedAfterMs, renewed?.isLost],
        ['retried', 'renewed', 4_100, false],
      )
      match(
        renewed?.says ?? '',
        /retried 2 times.*Nothing was lost\. It came with another certificate 4\.1 s/,
      )
      const skipped = after(10, [4, '1/video/3', deviceOf('b')])
      deepEqual([skipped?.kind, skipped?.certificate, skipped?.isLost], ['skipped', 'renewed', true])
    })

    it('says that it showed none any more, or the same for ever', () => {
      equal(after(10, [4, '1/video/2', deviceOf(null)])?.certificate, 'dropped')
      const kept = after(90, [4, '1/video/2', refused])
      deepEqual([kept?.kind, kept?.certificate], ['gave-up', 'kept'])
      match(kept?.says ?? '', /lost\. It did not renew its certificate\.$/)
      match(after(10)?.says ?? '', /may still come\. It has not shown another certificate yet\.$/)
    })

    it('is no matter of other faults', () => {
      equal(first([4, '1/video/2', deviceOf('b')])?.certificate, null)
    })
  })

  it('is not read from parts of a long request, nor from what comes ten minutes later', () => {
    equal(first([1, '1/video/2', { part: { of: 'x', from: 0 } }])?.retries, 0)
    equal(first([601, '1/video/2'])?.retries, 0)
  })
})

import { deepEqual, equal, throws } from 'node:assert/strict'
import { UsageError } from '../camera-error.ts'
import type { SessionSetup } from '../profiles/plan.ts'
import { profiles } from '../profiles/profiles.ts'
import { parseFaults, withFaults } from './faults.ts'

const track = { codec: 'avc1.42c01e', timescale: 12_800, init: Buffer.alloc(0), segments: [] }
const recording: SessionSetup = {
  clip: { seconds: 12, video: track, audio: track },
  segments: 3,
  startedAt: new Date('2026-01-01T00:00:00Z'),
  session: '1',
}

/** What a Matter camera sends of its video and manifests with these faults. */
function sent(faults: string): readonly string[] {
  const profile = profiles['matter-1.6']
  const plan = { profile, recording, objects: profile.planOf(recording) }
  return withFaults(plan, parseFaults(faults))
    .objects.map(({ path, at }) => `${path} ${at}`)
    .filter((line) => !line.includes('/audio/'))
}

describe('faults', () => {
  it('are many at once', () => {
    deepEqual(sent('skip=2,repeat=1'), [
      'session_1/index.mpd 4',
      'session_1/video/video.init 4',
      'session_1/video/segment_1001.m4s 4',
      'session_1/video/segment_1001.m4s 4',
      'session_1/video/segment_1003.m4s 12',
      'session_1/index.mpd 12',
    ])
  })

  it('let a camera begin anew for the rest of its time', () => {
    deepEqual(sent('reboot=5s'), [
      'session_1/index.mpd 4',
      'session_1/video/video.init 4',
      'session_1/video/segment_1001.m4s 4',
      'session_1/index.mpd 9',
      'session_1/video/video.init 9',
      'session_1/video/segment_1001.m4s 9',
      'session_1/index.mpd 9',
    ])
  })

  it('move the clock of a camera, not the times at which it sends', () => {
    deepEqual(sent('clock=-1h'), sent('clock=0s'))
    const { planOf } = profiles['matter-1.6']
    const plan = { profile: profiles['matter-1.6'], recording, objects: planOf(recording) }
    const [mpd] = withFaults(plan, parseFaults('clock=-1h')).objects
    equal(/availabilityStartTime="([^"]+)"/.exec(String(mpd?.body()))?.[1], '2025-12-31T23:00:00.000Z')
  })

  it('are refused where there is nothing that they could change', () => {
    throws(() => sent('skip=4'), new UsageError('the fault skip changes nothing of what this camera sends'))
    throws(() => sent('extinf=9'), UsageError)
  })
})

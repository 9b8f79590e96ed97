import type { PlantedFault } from './faults/faults.ts'
import { withFaults } from './faults/faults.ts'
import { type Clip, segmentSeconds } from './media/clip.ts'
import { openStream } from './open-stream.ts'
import { makesStreams } from './options.ts'
import type { Profile } from './profiles/plan.ts'
import type { RetryDeps } from './sending/retry.ts'
import { type SendDeps, type SendResult, sendPlan } from './sending/send-plan.ts'
import { type Credentials, openTransport } from './sending/transport.ts'

/** One camera and the URL that it sends to. */
export interface Camera {
  readonly profile: Profile
  readonly faults: readonly PlantedFault[]
  readonly clip: Clip
  /** Number of segments of each track. */
  readonly segments: number
  /** A publishing point, or `/streams`, below which the camera creates a stream. */
  readonly url: URL
  readonly credentials: Credentials
  /** Sends as fast as the server responds, not in real time. */
  readonly isFast: boolean
}

export interface CameraDeps extends Pick<SendDeps, 'report'> {
  readonly retry: Omit<RetryDeps, 'report'>
}

/** Records and sends one session. Throws a CameraError when the server cannot be reached or refuses the stream. */
export async function runCamera(camera: Camera, { retry, report }: CameraDeps): Promise<SendResult> {
  const { profile, clip, segments, url, isFast } = camera
  using transport = openTransport(url, camera.credentials, profile.keepsConnections)
  const { pathname } = url
  const point = makesStreams(url)
    ? await openStream(transport, pathname, profile, {
        ...retry,
        report: (words) => report(pathname, 'lost', words),
      })
    : pathname.replace(/\/$/, '')
  const start = Date.now()
  // A recording that is sent at once must have been made before.
  const startedAt = new Date(isFast ? start - segments * segmentSeconds * 1_000 : start)
  const recording = { clip, segments, startedAt, session: profile.newSession() }
  const plan = { profile, recording, objects: profile.planOf(recording) }
  const { objects } = withFaults(plan, camera.faults)
  return sendPlan(point, objects, { transport, until, retry, report })

  async function until(seconds: number): Promise<void> {
    if (!isFast) await retry.sleep(Math.max(0, start + seconds * 1_000 - Date.now()))
  }
}

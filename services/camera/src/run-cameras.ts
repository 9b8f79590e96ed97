import { setTimeout as sleep } from 'node:timers/promises'
import { segmentSeconds } from './media/clip.ts'
import { encodeClip } from './media/encode-clip.ts'
import type { Options } from './options.ts'
import { profiles } from './profiles/profiles.ts'
import { assertUsable, readPem } from './read-pem.ts'
import { runCamera } from './run-camera.ts'
import { retryDelays } from './sending/retry.ts'
import type { SendResult } from './sending/send-plan.ts'
import type { Credentials } from './sending/transport.ts'

/**
 * Runs all cameras to their end and counts their objects. `print` receives one line for each object. Throws a
 * CameraError when a certificate cannot be read, ffmpeg fails, or the server cannot be reached.
 */
export async function runCameras(options: Options, print: (line: string) => void): Promise<SendResult> {
  const credentials = await readCredentials(options)
  const segments = Math.ceil(options.durationMs / 1_000 / segmentSeconds)
  const { url, faults, isFast } = options
  const camera = {
    profile: profiles[options.profile],
    clip: await encodeClip(segments),
    faults,
    segments,
    url,
    credentials,
    isFast,
  }
  const report = (path: string, status: string, words: string) =>
    print([new Date().toISOString(), path, status, words].filter(Boolean).join(' '))
  const retry = { delays: options.retries ? retryDelays : [], sleep }
  const results = await Promise.all(
    Array.from({ length: options.count }, () => runCamera(camera, { retry, report })),
  )
  return results.reduce((sum, { sent, failed }) => ({ sent: sum.sent + sent, failed: sum.failed + failed }))
}

async function readCredentials({ caFile, certFile, keyFile }: Options): Promise<Credentials> {
  const [ca, cert, key] = await Promise.all([
    readPem('--cacert', caFile),
    readPem('--cert', certFile),
    readPem('--key', keyFile),
  ])
  assertUsable({ ca, cert, key })
  return { ca, cert, key }
}

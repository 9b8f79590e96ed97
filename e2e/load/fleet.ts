import { setTimeout as after } from 'node:timers/promises'
import { type Identity, makeStream } from '../clients/curl.ts'
import { keepAlive } from '../clients/keep-alive.ts'
import { sha256Of } from '../server/journal.ts'
import type { Standalone } from '../server/standalone.ts'
import { markBox, numberedSegment, type Template } from './numbered-segment.ts'

/** One upload and its response. */
export interface SentUpload {
  readonly stream: string
  readonly track: string
  readonly path: string
  readonly sha256: string
  /** Milliseconds from the time at which the upload was due to its response. */
  readonly tookMs: number
  /** Status of the response; 0 when there was none. */
  readonly status: number
  /** The id that the receipt names; null without a 2xx. */
  readonly upload: string | null
  /** Whether the receipt has no verdict yet. */
  readonly isPending: boolean
  readonly complaint: string
}

/**
 * How much a fleet sends, and how fast: `rate` uploads a second, however slow the responses are; without a rate, each
 * camera sends as soon as it has a response.
 */
interface Pace {
  readonly count?: number
  readonly seconds?: number
  readonly rate?: number
  readonly signal?: AbortSignal
}

/** Cameras with one track and one connection each. A camera sends a segment after the response to the one before. */
export interface Fleet extends Disposable {
  /** All uploads so far; those of a track are in the order in which their camera sent them. */
  readonly sent: readonly SentUpload[]
  /** Sends segments. Resolves with the uploads of this call once all have a response. */
  push(pace: Pace): Promise<readonly SentUpload[]>
}

const camerasPerStream = 16

/** Makes the streams of all cameras and uploads their init segments. */
export async function assembleFleet(
  server: Standalone,
  device: Identity,
  template: Template,
  cameras: number,
): Promise<Fleet> {
  const client = await keepAlive(server, device, cameras)
  const sent: SentUpload[] = []
  const streams: string[] = []
  for (let n = 0; n < cameras; n += camerasPerStream) streams.push(await makeStream(server))
  const idle = Array.from({ length: cameras }, (_, n) =>
    newCamera(streams[Math.floor(n / camerasPerStream)] ?? '', n),
  )
  await Promise.all(idle.map((camera) => send(camera, 'init.mp4', marked(camera), performance.now())))
  return { sent, push, [Symbol.dispose]: () => client[Symbol.dispose]() }

  async function push(pace: Pace): Promise<readonly SentUpload[]> {
    const from = sent.length
    const begun = performance.now()
    const underWay = new Set<Promise<void>>()
    for (let n = 0; !isOver(pace, n, begun); n++) {
      const due = pace.rate ? begun + (n / pace.rate) * 1_000 : performance.now()
      const earlyMs = due - performance.now()
      if (earlyMs > 1) await after(earlyMs)
      while (idle.length === 0) await Promise.race(underWay)
      const camera = idle.shift()
      if (!camera) break
      const one = pushNext(camera, pace.rate ? due : performance.now()).finally(() => underWay.delete(one))
      underWay.add(one)
    }
    await Promise.all(underWay)
    return sent.slice(from)
  }

  async function pushNext(camera: Camera, due: number): Promise<void> {
    const nth = ++camera.segments
    const name = `${nth}.m4s`
    await send(camera, name, numberedSegment(template, nth, `${camera.stream}/${camera.track}/${name}`), due)
    idle.push(camera)
  }

  async function send({ stream, track }: Camera, name: string, body: Buffer, due: number): Promise<void> {
    const path = `${track}/${name}`
    const facts = { stream, track, path, sha256: sha256Of(body) }
    const response = await client
      .send('PUT', `/streams/${stream}/${path}`, body)
      .then(({ status, json }) => ({ status, json, complaint: '' }), failed)
    const { status, json, complaint } = response
    const upload = status >= 200 && status < 300 ? String(json?.upload_id) : null
    const isPending = json?.verdict === 'pending'
    sent.push({ ...facts, tookMs: performance.now() - due, status, upload, isPending, complaint })
  }

  function marked({ stream, track }: Camera): Buffer {
    return Buffer.concat([template.init, markBox(`${stream}/${track}`)])
  }
}

interface Camera {
  readonly stream: string
  readonly track: string
  segments: number
}

const newCamera = (stream: string, n: number): Camera => ({ stream, track: `camera-${n}`, segments: 0 })

const failed = (error: unknown) => ({
  status: 0,
  json: null,
  complaint: error instanceof Error ? error.message : String(error),
})

const isOver = ({ count, seconds, signal }: Pace, n: number, begun: number): boolean =>
  signal?.aborted === true ||
  (count !== undefined && n >= count) ||
  (seconds !== undefined && performance.now() - begun >= seconds * 1_000)

/** Whether the response to an upload was 2xx. */
export const isAccepted = ({ upload }: SentUpload): boolean => upload !== null

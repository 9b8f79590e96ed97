import { setTimeout as after } from 'node:timers/promises'
import { until } from '@pushav/shared/testing/until.ts'
import type { Random } from '../../services/ingest/src/media/mpd/testing/mutated.ts'
import { type Identity, makeDevice } from '../clients/curl.ts'
import { type Client, keepAlive } from '../clients/keep-alive.ts'
import { putHead, rawConnection } from '../clients/raw-tls.ts'
import { numberedSegment, type Template } from '../load/numbered-segment.ts'
import { sha256Of } from '../server/journal.ts'
import type { Standalone } from '../server/standalone.ts'

/** What a camera sends. */
export type CameraKind = 'dash' | 'hls' | 'long'

/** An upload that had a response of 2xx. */
export interface AnsweredUpload {
  readonly stream: string
  readonly path: string
  readonly sha256: string
  readonly upload: string
  /** When the response arrived, in Unix milliseconds. */
  readonly answeredMs: number
}

/** A session that a camera has begun, with or without a response. */
export interface BegunSession {
  readonly stream: string
  readonly key: string
  /** In Unix milliseconds. */
  readonly beganMs: number
}

/** One device that pushes one object after the other over a TLS connection of its own. */
export interface Camera {
  /** Uploads in the order of their responses. */
  readonly answered: readonly AnsweredUpload[]
  readonly sessions: readonly BegunSession[]
  /** How often each other outcome occurred. */
  readonly failures: ReadonlyMap<string, number>
  /** Streams that the camera has deleted, of which nothing may be left. */
  readonly deleted: ReadonlySet<string>
  /** Pushes until aborted. Rejects only when the server does not say afterwards whether a stream is deleted. */
  run(signal: AbortSignal): Promise<void>
  /** Revokes the camera's certificate. The camera makes another one when the server refuses it. */
  revoke(): Promise<void>
  /** Makes the camera delete its stream before the next object. */
  deleteStream(): void
}

export interface CameraDeps {
  readonly server: Standalone
  readonly name: string
  readonly kind: CameraKind
  readonly track: Template
  readonly random: Random
  /** Time between two objects. */
  readonly pauseMs: number
}

/** Wrong clocks: an hour fast, an hour slow, and that of a device without a battery, which starts in 1970. */
const clockErrors = [0, 3_600_000, -3_600_000, -Date.UTC(2026, 0)]

/** Long, because a busy machine may need long for what is left when the disturbances end. */
const settleMs = 120_000

const interfaceOf = { dash: 'dash', hls: 'hls', long: 'cmaf-ingest' } as const

export function createCamera({ server, name, kind, track, random, pauseMs }: CameraDeps): Camera {
  const answered: AnsweredUpload[] = []
  const sessions: BegunSession[] = []
  /** How wrong the camera's clock is. */
  const clockErrorMs = clockErrors[random(clockErrors.length)] ?? 0
  const failures = new Map<string, number>()
  const deleted = new Set<string>()
  let device: { readonly identity: Identity; readonly client: Client; readonly name: string } | null = null
  let devices = 0
  let stream: string | null = null
  let streams = 0
  let session = 0
  let nth = 0
  let mustDelete = false
  /** Whether the camera has sent a DELETE and does not know how it ended. */
  let isDeleting = false
  return { answered, sessions, failures, deleted, run, revoke, deleteStream }

  async function run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await step().catch((error) => fail(error instanceof Error ? error.message : String(error)))
      await after(pauseMs * (0.5 + random(100) / 100), undefined, { signal }).catch(() => undefined)
    }
    // The server may have executed a DELETE whose response was lost; the response to another DELETE tells.
    await until(`${name} knows whether its stream is deleted`, isDeletionKnown, settleMs)
    device?.client[Symbol.dispose]()
  }

  async function isDeletionKnown(): Promise<boolean> {
    if (!isDeleting) return true
    device ??= await enroll().catch(() => null)
    if (device) await removeStream(device.client).catch(() => undefined)
    return !isDeleting
  }

  async function step(): Promise<void> {
    device ??= await enroll()
    if (mustDelete) await removeStream(device.client)
    stream ??= await openStream(device.client)
    if (random(12) === 0) return cutOff(device.identity, stream)
    if (session === 0 || random(10) === 0) beginSession(stream)
    const { path, body, headers } = nextObject()
    // Sends the init segment until it has a response: without it no segment of the session can be probed.
    if (nth > 0) nth++
    const dated = { ...headers, Date: new Date(Date.now() + clockErrorMs).toUTCString() }
    const { status, json } = await device.client.send('PUT', `/streams/${stream}/${path}`, body, dated)
    if (status === 403) return lose()
    if (status < 200 || status > 299) return fail(String(status))
    if (nth === 0) nth++
    answered.push({
      stream,
      path,
      sha256: sha256Of(body),
      upload: String(json.upload_id),
      answeredMs: Date.now(),
    })
  }

  function beginSession(of: string): void {
    session++
    nth = 0
    sessions.push({ stream: of, key: String(session), beganMs: Date.now() })
  }

  async function enroll() {
    const deviceName = `${name}-${++devices}`
    const identity = await makeDevice(server, deviceName)
    return { identity, name: deviceName, client: await keepAlive(server, identity, 1) }
  }

  /** Forgets the certificate, after it has been revoked. */
  function lose(): void {
    device?.client[Symbol.dispose]()
    device = null
    fail('403')
  }

  async function openStream(client: Client): Promise<string> {
    const { status, json } = await client.send('POST', `/streams?interface=${interfaceOf[kind]}`)
    if (status !== 201) throw new Error(`stream: ${status}`)
    streams++
    session = 0
    nth = 0
    return String(json.id)
  }

  async function removeStream(client: Client): Promise<void> {
    if (stream !== null) {
      isDeleting = true
      const { status } = await client.send('DELETE', `/streams/${stream}`)
      if (status === 403) lose()
      if (status !== 200 && status !== 204 && status !== 404) throw new Error(`delete: ${status}`)
      deleted.add(stream)
    }
    stream = null
    isDeleting = false
    mustDelete = false
  }

  function nextObject(): { path: string; body: Buffer; headers: Record<string, string> } {
    const n = nth
    const mark = `${name}/${streams}/${session}/${n}`
    const path = (file: string) => `session_${session}/${name}/${file}`
    const segment = (number: number) => numberedSegment(track, number, mark)
    if (kind === 'long') {
      const body = Buffer.concat([track.init, segment(1), segment(2), segment(3)])
      return { path: `${name}-${session}-${n}.cmfv`, body, headers: {} }
    }
    if (n === 0) return { path: path('init.mp4'), body: Buffer.from(track.init), headers: {} }
    if (kind === 'hls' && n % 4 === 0) {
      const time = `#EXT-X-PROGRAM-DATE-TIME:${new Date(Date.now() + clockErrorMs).toISOString()}\n`
      const text = `#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXT-X-MAP:URI="init.mp4"\n${time}#EXTINF:1,\n${n - 1}.m4s\n`
      return { path: path('index.m3u8'), body: Buffer.from(text), headers: {} }
    }
    return { path: path(`${n}.m4s`), body: segment(n), headers: { 'X-EXTINF-duration': '1.0' } }
  }

  /** Sends an upload up to a random byte, and resets the connection. */
  async function cutOff(identity: Identity, to: string): Promise<void> {
    using connection = await rawConnection(server, identity)
    const body = numberedSegment(track, 1, `${name} cut`)
    const head = putHead(`/streams/${to}/cut/${name}.m4s`, `Content-Length: ${body.length}`)
    connection.tls.write(head)
    connection.tls.write(body.subarray(0, random(body.length)))
    await after(random(50))
    connection.tcp.resetAndDestroy()
    fail('cut on purpose')
  }

  async function revoke(): Promise<void> {
    if (device) await device.client.send('POST', `/certs/${device.name}/revoke`)
  }

  function deleteStream(): void {
    mustDelete = true
  }

  function fail(reason: string): void {
    failures.set(reason, (failures.get(reason) ?? 0) + 1)
  }
}

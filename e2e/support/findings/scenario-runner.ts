import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { until } from '@pushav/shared/testing/until.ts'
import { makeDevice } from '../../clients/curl.ts'
import { type Client, keepAlive } from '../../clients/keep-alive.ts'
import { putHead, rawConnection } from '../../clients/raw-tls.ts'
import type { Standalone } from '../../server/standalone.ts'
import type { UploadRequest } from './objects.ts'
import type { Scenario } from './scenario.ts'

interface Finding {
  readonly code: string
  readonly severity: string
  readonly message: string
}

/** The outcome of one request. */
interface UploadVerdict {
  readonly upload: string
  /** Null when the connection was lost before a response. */
  readonly status: number | null
  readonly findings: readonly Finding[]
}

/** A device that runs scenarios over keep-alive connections, each on a strict stream of its own. */
export interface ScenarioRunner extends Disposable {
  /** Runs a scenario. Resolves with its stream and the outcomes of its requests, in order. */
  run(scenario: Scenario): Promise<{ readonly stream: string; readonly judged: readonly UploadVerdict[] }>
  readonly get: (path: string) => ReturnType<Client['send']>
}

export async function scenarioRunner(server: Standalone): Promise<ScenarioRunner> {
  const device = await makeDevice(server, 'cam')
  using built = new DisposableStack()
  const known = built.use(await keepAlive(server, device, 1))
  const stranger = built.use(await keepAlive(server, null, 1))
  const open = built.move()
  return { run, get: (path) => known.send('GET', path), [Symbol.dispose]: () => open.dispose() }

  async function run({ interface: ingest, sent, expected }: Scenario) {
    const { json } = await known.send('POST', `/streams?interface=${ingest}&strict=true`)
    const stream = String(json.id)
    if (expected) await nameTracks(known, stream, expected)
    const judged: UploadVerdict[] = []
    for (const one of sent) judged.push(await send(stream, one))
    return { stream, judged }
  }

  async function send(stream: string, sent: UploadRequest): Promise<UploadVerdict> {
    if (sent.isCutOff) return cutOff(stream, sent)
    const client = sent.isAnonymous ? stranger : known
    const { status, json } = await client.send(
      'PUT',
      `/streams/${stream}/${sent.path}`,
      sent.body,
      sent.headers,
    )
    if (!json?.upload_id) throw new Error(`${sent.path} is not kept: ${status} ${JSON.stringify(json)}`)
    return { upload: json.upload_id, status, findings: json.findings }
  }

  /** Sends most of a body and cuts the connection. The wire log has the findings. */
  async function cutOff(stream: string, { path, body }: UploadRequest): Promise<UploadVerdict> {
    const before = (await uploadsOf(known, stream)).length
    using connection = await rawConnection(server, device)
    const head = putHead(`/streams/${stream}/${path}`, `Content-Length: ${Buffer.byteLength(body)}`)
    connection.tls.write(Buffer.concat([Buffer.from(head), Buffer.from(body).subarray(0, -10)]))
    await until('the first bytes', hasArrivedInPart)
    connection.tls.end()
    const upload = await until('the cut-off upload', async () => (await uploadsOf(known, stream))[before])
    return { upload: upload.id, status: null, findings: upload.findings }
  }

  async function hasArrivedInPart(): Promise<boolean> {
    const staged = await readdir(join(server.workingDirectory, 'staging/standalone'))
    return staged.some((name) => name.endsWith('.json'))
  }
}

async function nameTracks(client: Client, stream: string, names: readonly string[]): Promise<void> {
  const body = JSON.stringify({ expected_track_names: names })
  const json = { 'Content-Type': 'application/json' }
  const { status } = await client.send('POST', `/streams/${stream}/expectedTrackNames`, body, json)
  if (status !== 202) throw new Error(`tracks are not named: ${status}`)
}

async function uploadsOf(client: Client, stream: string): Promise<{ id: string; findings: Finding[] }[]> {
  return (await client.send('GET', `/streams/${stream}/uploads?limit=1000`)).json.uploads
}

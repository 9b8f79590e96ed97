// TEMPORARY
import type { Severity } from '../dom/words.ts'
import { getJson } from './client.ts'
import type { ConnectionStatus, Following } from './live.ts'
import type { RowsPage } from './rows.ts'
import type { InFlight, Row, StreamState, StreamSummary, UploadFacts } from './types.ts'

const order = ['error', 'warning', 'note'] as const
// biome-ignore lint/suspicious/noExplicitAny: temporary
export function legacyRow(u: any, position: number): Row {
  const started = Date.parse(u.startedAt ?? u.started_at)
  return {
    position,
    upload: u.id,
    path: u.path,
    kind: u.kind,
    startedAt: started,
    ms: Date.parse(u.receivedAt ?? u.received_at) - started,
    bytes: u.bytes,
    session: u.session,
    track: u.track,
    // biome-ignore lint/suspicious/noExplicitAny: temporary
    worst: (order.find((s) => u.findings.some((f: any) => f.severity === s)) ?? null) as Severity | null,
    // biome-ignore lint/suspicious/noExplicitAny: temporary
    codes: u.findings.map((f: any) => f.code),
    decodeTime: null,
    duration: null,
    timescale: null,
    method: u.method,
    http: u.sender.httpVersion,
    tls: u.sender.tlsVersion,
    status: u.whole ? 202 : null,
    device: u.sender.device?.subject ?? null,
    address: u.sender.address,
    probe: u.probe,
    whole: u.whole,
    partOf: u.part?.of ?? null,
  }
}
// biome-ignore lint/suspicious/noExplicitAny: temporary
export function legacyFacts(u: any): UploadFacts {
  const s = u.sender
  const headers: [string, string][] = []
  for (let i = 0; i < s.headers.length; i += 2) headers.push([s.headers[i], s.headers[i + 1]])
  return {
    ...u,
    started_at: u.startedAt,
    received_at: u.receivedAt,
    sender: {
      ...s,
      tls_version: s.tlsVersion,
      http_version: s.httpVersion,
      headers,
      device: s.device && { ...s.device, not_after: s.device.notAfter },
    },
  }
}
// biome-ignore lint/suspicious/noExplicitAny: temporary
export async function legacyRows(stream: string, response: any, query: any): Promise<RowsPage> {
  const from = Number(query.from ?? query.cursor ?? 0)
  // biome-ignore lint/suspicious/noExplicitAny: temporary
  const rows = response.uploads.map((u: any, i: number) => legacyRow(u, from + i))
  const s = await legacySummary(stream)
  return { rows, total: s.uploads, next: response.next_cursor }
}
export async function legacySummary(stream: string): Promise<StreamSummary> {
  const { streams } = await getJson<{ streams: StreamSummary[] }>('/streams?summary=true&limit=1000')
  const s = streams.find(({ id }) => String(id) === stream)
  if (!s) throw new Error(`there is no stream ${stream}`)
  return s
}
export function followLegacy(
  stream: string,
  onState: (s: StreamState) => void,
  onStatus: (s: ConnectionStatus) => void,
): Following {
  const source = new EventSource(`/streams/${stream}/events`)
  const inFlight = new Map<string, InFlight>()
  let timer: ReturnType<typeof setTimeout> | undefined
  let last = 0
  const tell = async () => {
    timer = undefined
    const s = await legacySummary(stream)
    onStatus({ kind: 'live', since: Date.now() })
    onState({
      at: new Date().toISOString(),
      stream: s.id,
      total: s.uploads,
      errors: s.error_uploads,
      warnings: 0,
      bytes: 0,
      live: Date.now() - last < 10_000,
      in_flight: [...inFlight.values()],
      sessions: [],
      probed: [],
    })
  }
  const soon = () => {
    if (timer === undefined) timer = setTimeout(() => void tell(), 200)
  }
  for (const kind of [
    'upload-started',
    'upload-received',
    'upload-aborted',
    'upload-judged',
    'upload-probed',
  ])
    source.addEventListener(kind, (event) => {
      const e = JSON.parse(event.data)
      last = Date.now()
      if (kind === 'upload-started')
        inFlight.set(e.upload, {
          upload: e.upload,
          path: e.path,
          method: e.method,
          address: e.address,
          device: null,
          started_at: e.at,
          bytes: 0,
          declared_bytes: null,
        })
      else inFlight.delete(e.upload)
      soon()
    })
  soon()
  return { close: () => source.close() }
}

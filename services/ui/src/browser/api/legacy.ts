// TEMPORARY
import { getJson } from './client.ts'
import type { ConnectionStatus, Following } from './live.ts'
import type { InFlight, StreamState, StreamSummary } from './types.ts'

async function legacySummary(stream: string): Promise<StreamSummary> {
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

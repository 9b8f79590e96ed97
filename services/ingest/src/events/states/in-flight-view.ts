import type { InFlightResponse } from '@pushav/shared/api/state.ts'
import type { StreamEvent } from '@pushav/shared/events.ts'
import type { InFlightUpload } from '../../uploads/in-flight.ts'

/** Other processes repeat every second what is on its way to them. */
const expiryMs = 10_000
const maxListed = 200

/** The uploads of one stream that are on their way to any process, as far as events say. */
export interface InFlightView {
  onEvent(event: StreamEvent): void
  /** The uploads in flight of other processes, and those of this process as they are now. */
  list(own: readonly InFlightUpload[]): readonly InFlightResponse[]
}

export function createInFlightView(now: () => Date): InFlightView {
  const uploads = new Map<string, { readonly seenMs: number; readonly upload: InFlightResponse }>()
  return {
    onEvent(event) {
      if (event.kind === 'upload-started') put({ ...event, started_at: event.at, bytes: 0 })
      else if (event.kind === 'upload-progress') put(event)
      else if (isEnd(event)) uploads.delete(event.upload)
    },
    list(own) {
      const nowMs = now().getTime()
      for (const [id, { seenMs }] of uploads) if (nowMs - seenMs > expiryMs) uploads.delete(id)
      const all = new Map([...uploads].map(([id, { upload }]) => [id, upload] as const))
      for (const upload of own) all.set(upload.facts.id, responseOf(upload))
      return [...all.values()].slice(0, maxListed)
    },
  }

  function put({
    upload,
    path,
    method,
    address,
    device,
    started_at,
    bytes,
    declared_bytes,
  }: InFlightResponse) {
    const listed = { upload, path, method, address, device, started_at, bytes, declared_bytes }
    uploads.set(upload, { seenMs: now().getTime(), upload: listed })
  }
}

const isEnd = (event: StreamEvent) =>
  event.kind === 'upload-received' || event.kind === 'upload-aborted' || event.kind === 'upload-judged'

const responseOf = ({ facts, declaredBytes, bytes }: InFlightUpload): InFlightResponse => ({
  upload: facts.id,
  path: facts.path,
  method: facts.method,
  address: facts.sender.address,
  device: facts.sender.device?.fingerprint ?? null,
  started_at: facts.startedAt,
  bytes: bytes(),
  declared_bytes: declaredBytes,
})

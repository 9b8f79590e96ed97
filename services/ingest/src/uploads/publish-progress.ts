import type { EventBus } from '../events/event-bus.ts'
import type { InFlightUpload, InFlightUploads } from './in-flight.ts'

const everyMs = 1_000
/** Events of one second; more would push other news out of the event stream. */
const maxEvents = 200

/**
 * Publishes every second the progress of uploads that last longer, so that subscribers that come late, or that follow
 * another process, see them.
 */
export function startProgressReports(
  events: Pick<EventBus, 'publish'>,
  inFlight: Pick<InFlightUploads, 'all'>,
  now: () => Date,
): Disposable {
  const timer = setInterval(publishAll, everyMs).unref()
  return { [Symbol.dispose]: () => clearInterval(timer) }

  function publishAll(): void {
    const at = now()
    let published = 0
    for (const upload of inFlight.all()) {
      if (published === maxEvents) return
      if (at.getTime() - Date.parse(upload.facts.startedAt) < everyMs) continue
      events.publish({ kind: 'upload-progress', ...progressOf(upload), at: at.toISOString() })
      published += 1
    }
  }
}

function progressOf({ facts, declaredBytes, bytes }: InFlightUpload) {
  const { stream, id: upload, path, method, startedAt, sender } = facts
  return {
    stream,
    upload,
    path,
    method,
    address: sender.address,
    device: sender.device?.fingerprint ?? null,
    started_at: startedAt,
    bytes: bytes(),
    declared_bytes: declaredBytes,
  }
}

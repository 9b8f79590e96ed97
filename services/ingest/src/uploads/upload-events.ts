import type { EventBus } from '../events/event-bus.ts'
import type { InFlightUploads } from './in-flight.ts'
import type { UploadFacts } from './ports.ts'
import type { Upload } from './upload.ts'

export interface UploadEventsDeps {
  readonly events: Pick<EventBus, 'publish'>
  readonly inFlight: Pick<InFlightUploads, 'put' | 'remove'>
  readonly now: () => Date
}

/**
 * Publishes what happens to one upload: `upload-started` with its first byte, or when it is lost before that, then
 * `upload-received`, or `upload-aborted` when the body was cut off or, on disposal, when its bytes were not
 * committed. In between it is among the uploads in flight.
 */
export interface UploadEvents extends Disposable {
  /** So many more bytes have come. */
  received(bytes: number): void
  /** The upload is durable. */
  committed(upload: Upload): void
}

/**
 * `declaredBytes` is the length of the body as announced; null when its end is announced later. `exchange` is null for
 * what is no request of its own.
 */
export function createUploadEvents(
  { events, inFlight, now }: UploadEventsDeps,
  facts: UploadFacts,
  declaredBytes: number | null,
  exchange: object | null,
): UploadEvents {
  const { stream, id, path, method, sender } = facts
  let bytes = 0
  let isCommitted = false
  return {
    received(more) {
      if (bytes === 0 && more > 0) start()
      bytes += more
    },
    committed({ whole, receivedAt: at, bytes: total }) {
      isCommitted = true
      if (total === 0) start()
      events.publish({ kind: whole ? 'upload-received' : 'upload-aborted', ...named(at), bytes: total })
    },
    [Symbol.dispose]() {
      inFlight.remove(facts)
      if (bytes > 0 && !isCommitted) events.publish({ kind: 'upload-aborted', ...named(), bytes })
    },
  }

  function start(): void {
    if (!isCommitted) inFlight.put({ facts, declaredBytes, exchange, bytes: () => bytes })
    const device = sender.device?.fingerprint ?? null
    events.publish({
      kind: 'upload-started',
      ...named(),
      method,
      address: sender.address,
      device,
      declared_bytes: declaredBytes,
    })
  }

  function named(at = now().toISOString()) {
    return { stream, upload: id, path, at }
  }
}

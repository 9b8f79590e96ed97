import { createKeyedMutex } from '@pushav/shared/lib/keyed-mutex.ts'
import type { Config } from './config.ts'
import { uploadFaultsWith } from './faults/http/fault-course.ts'
import type { Faults } from './faults/start-faults.ts'
import { newId } from './lib/new-id.ts'
import type { Storage } from './open-storage.ts'
import { admitUploadWith } from './quotas/admit-upload.ts'
import type { DeviceKeys } from './quotas/device-keys.ts'
import type { DiskSpace } from './quotas/disk-space.ts'
import type { Quotas } from './quotas/quotas.ts'
import type { Streams } from './streams/streams.ts'
import { handleUploadWith } from './uploads/http/put-upload.ts'
import type { RespondWithReceipt } from './uploads/http/upload-response.ts'
import type { InFlightUploads } from './uploads/in-flight.ts'
import { shareBetweenStreams } from './uploads/limits/share-between-streams.ts'
import { createOpenUploads } from './uploads/open-uploads.ts'
import type { PendingVerdicts } from './uploads/pending-verdicts.ts'
import { receiveUploadWith } from './uploads/receive-upload.ts'
import { recoverUploadsWith } from './uploads/recover-uploads.ts'
import { streamInterfaceWith } from './uploads/stream-interface.ts'

interface UploadHandlingDeps {
  readonly streams: Pick<Streams, 'assertExists'>
  readonly verdicts: PendingVerdicts
  readonly inFlight: InFlightUploads
  readonly faults: Faults
  /** Null where there are none. */
  readonly quotas: Quotas | null
  readonly deviceKeys: Pick<DeviceKeys, 'of'>
  /** Null where no part of the disk is reserved. */
  readonly space: DiskSpace | null
  readonly respondWithReceipt: RespondWithReceipt
  /** Aborted when this process stops. */
  readonly closing: AbortSignal
  readonly now: () => Date
}

const nowMs = (): number => performance.now()

/** Plugs together the way of an upload: what may refuse it, what stores it, and what responds. */
export function createUploadHandling(config: Config, storage: Storage, deps: UploadHandlingDeps) {
  const { store, journals, links, inspections, indexer, eventBus: events, clientCertificates } = storage
  const { streams, verdicts, inFlight, faults, quotas, deviceKeys, space, respondWithReceipt, closing, now } =
    deps
  const { verdictWaitMs, maxUploadBytes: maxBytes } = config
  const openUploads = createOpenUploads()
  const interfaceOf = streamInterfaceWith(journals)
  const uploadDeps = {
    store,
    links,
    inspections,
    indexer,
    verdicts,
    verdictWaitMs,
    events,
    inFlight,
    openUploads,
    now,
  }
  const inOrder = createKeyedMutex()
  const receiveUpload = receiveUploadWith({ ...uploadDeps, interfaceOf, newId, inOrder, maxBytes })
  const handleUpload = handleUploadWith({
    receiveUpload: shareBetweenStreams(receiveUpload, nowMs),
    streams,
    certificates: clientCertificates,
    admit: admitUploadWith({ quotas, keyOf: deviceKeys.of, space }),
    respondWithReceipt,
    faults: uploadFaultsWith({ faults, interfaceOf, respondWithReceipt, closing }),
    maxBytes,
    now,
  })
  return { handleUpload, recoverUploads: recoverUploadsWith(uploadDeps) }
}

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Peer } from '@pushav/shared/identity.ts'
import type { IngestInterface } from '../../streams/stream.ts'
import type { RespondWithReceipt } from '../../uploads/http/upload-response.ts'
import { isInitName } from '../../uploads/object-path.ts'
import type { StreamInterface } from '../../uploads/stream-interface.ts'
import { parseObjectName } from '../../validation/object-name.ts'
import {
  describeFault,
  type FaultHit,
  type FaultRule,
  isRefusal,
  refusalStatusOf,
  type UploadHead,
} from '../fault-rule.ts'
import type { Faults } from '../start-faults.ts'
import { bodyThrough } from './fault-body.ts'
import { respondThrough } from './fault-response.ts'
import { createInFlightConnections } from './in-flight-connections.ts'
import { sleepWhileOpen } from './sleep-while-open.ts'

/** What is done to an upload under a fault, in place of the usual steps. */
interface FaultCourse {
  readonly hit: Omit<FaultHit, 'isComplete'>
  /** Before the client is asked for the body. */
  begin(): Promise<void>
  /** Whether the client is asked for the body (100 Continue). */
  readonly asksForBody: boolean
  /** See `IncomingBody.bytes`; it throws where the server reads no further. */
  bytes(): AsyncIterable<Buffer>
  readonly respond: RespondWithReceipt
}

interface FaultedUpload {
  readonly stream: string
  readonly path: string
  readonly peer: Peer
  readonly declaredBytes: number | null
}

/** Carries out the faults of streams that have rules. */
export interface UploadFaults {
  hasRules(stream: string): boolean
  /** Counts an upload of a stream with rules as in flight until it is disposed of; null for one that no rule hits. */
  begin(
    request: IncomingMessage,
    response: ServerResponse,
    upload: FaultedUpload,
  ): Promise<Disposable & { readonly course: FaultCourse | null }>
}

interface UploadFaultsDeps {
  readonly faults: Pick<Faults, 'hasRules' | 'hit'>
  readonly interfaceOf: StreamInterface
  readonly respondWithReceipt: RespondWithReceipt
  /** Given when this process stops: all waits end. */
  readonly closing: AbortSignal
}

export function uploadFaultsWith(deps: UploadFaultsDeps): UploadFaults {
  const { faults, interfaceOf, respondWithReceipt, closing } = deps
  const inFlight = createInFlightConnections()
  return {
    hasRules: faults.hasRules,
    async begin(request, response, upload) {
      const { stream, path, peer } = upload
      const fedBy = (await interfaceOf(stream)) ?? 'cmaf-ingest'
      const connection = `${peer.address} ${peer.port}`
      const otherConnections = inFlight.others(stream, connection)
      const end = inFlight.enter(stream, connection)
      const certificate = peer.device?.fingerprint ?? null
      const head = { ...nameOf(fedBy, path), path, otherConnections, certificate }
      const httpVersion = String(request.headers['x-http-version'] ?? '1.1')
      const rule = await faults.hit(stream, { ...head, httpVersion })
      const course = rule && courseOf(rule, request, response, upload.declaredBytes)
      return { course, [Symbol.dispose]: end }
    },
  }

  function courseOf(
    { id, fault }: FaultRule,
    request: IncomingMessage,
    response: ServerResponse,
    declaredBytes: number | null,
  ): FaultCourse {
    const sleep = sleepWhileOpen(response, closing)
    const hit = {
      rule: id,
      kind: fault.kind,
      does: describeFault(fault),
      isRefused: isRefusal(fault),
      status: refusalStatusOf(fault),
    }
    const isEarly = 'at' in fault ? fault.at === 'head' : isRefusal(fault)
    return {
      hit,
      begin: async () => {
        if (fault.kind === 'delay' && fault.at === 'head') await sleep(fault.ms)
      },
      asksForBody: !(isEarly && hit.isRefused),
      bytes: () => bodyThrough(fault, request, declaredBytes, sleep),
      respond: respondThrough(fault, hit, sleep, respondWithReceipt),
    }
  }
}

function nameOf(ingest: IngestInterface, path: string): Pick<UploadHead, 'session' | 'track' | 'kind'> {
  const { session, track, kind } = parseObjectName(ingest, path)
  const isManifest = kind === 'mpd' || kind === 'multivariant' || kind === 'playlist'
  return {
    session,
    track,
    kind: isManifest ? 'manifest' : (kind ?? kindByName(path)),
  }
}

/** The kind of an object with a path in no form of a standard, by its extension and words. */
function kindByName(path: string): UploadHead['kind'] {
  if (/\.(mpd|m3u8)$/i.test(path)) return 'manifest'
  if (isInitName(path)) return 'init'
  return /\.(m4s|mp4|cmf[vatm])$/i.test(path) ? 'segment' : null
}

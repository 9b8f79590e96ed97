import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Peer } from '@pushav/shared/identity.ts'
import { type Request, Router } from 'express'
import type { UploadFaults } from '../../faults/http/fault-course.ts'
import { type Authenticate, peerOf } from '../../http/authenticate.ts'
import type { RespondWithError } from '../../http/error-handler.ts'
import { sendJson } from '../../http/json-response.ts'
import { Refusal } from '../../lib/refusal.ts'
import type { AdmitUpload } from '../../quotas/admit-upload.ts'
import type { Streams } from '../../streams/streams.ts'
import { assertFits } from '../body/stage-body.ts'
import { noObjectNamed } from '../object-path.ts'
import type { ClientCertificates } from '../ports.ts'
import type { Receipt, ReceiveUpload } from '../receive-upload.ts'
import { decoderOf } from './content-coding.ts'
import { isPublishingPoint, objectPathOf } from './object-url.ts'
import { bytesOf, continueBody, readIfBuffered } from './request-body.ts'
import { senderOf } from './request-sender.ts'
import type { RespondWithReceipt } from './upload-response.ts'

interface HandleUploadDeps {
  readonly receiveUpload: ReceiveUpload
  readonly streams: Pick<Streams, 'assertExists'>
  readonly certificates: Pick<ClientCertificates, 'remember'>
  /** Null where nothing limits what is stored. */
  readonly admit: AdmitUpload | null
  readonly respondWithReceipt: RespondWithReceipt
  /** What the server does to uploads on purpose. */
  readonly faults: UploadFaults
  readonly maxBytes: number
  readonly now: () => Date
}

/** Receives the body of a request to a stream's publishing point, and responds. Throws refusals. */
type HandleUpload = (
  request: IncomingMessage,
  response: ServerResponse,
  to: { readonly stream: string; readonly peer: Peer },
) => Promise<void>

export function handleUploadWith(deps: HandleUploadDeps): HandleUpload {
  const { receiveUpload, streams, certificates, admit, respondWithReceipt, faults, maxBytes, now } = deps
  return async function handleUpload(request, response, { stream, peer }) {
    // Everything that can be refused is, before the client is asked for a byte of the body.
    await streams.assertExists(stream)
    const url = request.url ?? ''
    const path = isPublishingPoint(url) ? null : objectPathOf(url)
    const declaredBytes = declaredBytesOf(request)
    assertFits(declaredBytes ?? 0, maxBytes)
    const decode = decoderOf(request, response)
    assertWhole(request)
    const isStored = path !== null && declaredBytes !== 0
    const { device } = peer
    using faulted =
      isStored && faults.hasRules(stream)
        ? await faults.begin(request, response, { stream, path, peer, declaredBytes })
        : null
    const course = faulted?.course ?? null
    const admission = admit && isStored ? await admit(stream, device, declaredBytes) : null
    const startedAt = now().toISOString()
    let receipt: Receipt | null = null
    try {
      if (course) await course.begin()
      if (course?.asksForBody !== false) continueBody(request, response)
      if (path === null) return await probePublishingPoint(request, response)
      if (device && isStored) await certificates.remember(device.fingerprint, device.certificate)
      receipt = await receiveUpload(
        {
          stream,
          path,
          method: request.method ?? '',
          startedAt,
          sender: senderOf(request, peer),
        },
        {
          buffered: course ? null : readIfBuffered(request, declaredBytes),
          bytes: () => (course ? course.bytes() : bytesOf(request)),
          declaredBytes,
          exchange: response,
          decode,
          admission,
          fault: course?.hit ?? null,
        },
      )
    } finally {
      admission?.end(receipt && receipt.findings === null ? receipt.upload.id : null)
    }
    // The client's access ended meanwhile, and `watchUploads` has responded so.
    if (response.writableEnded) return
    if (receipt === null) return respondReady(response)
    if (course) return await course.respond(response, receipt, stream)
    return respondWithReceipt(response, receipt, stream)
  }
}

/** RFC 9110, 14.5: a server that does not support partial PUT must refuse it. */
function assertWhole({ headers }: IncomingMessage): void {
  if (headers['content-range'])
    throw new Refusal('request-malformed', 'an upload is sent whole; Content-Range is not supported')
}

/** DASH-IF Ingest 1.2, 5.2-1: PUT and POST mean the same; a POST may mean something else, so this comes last. */
export function uploadRoutes(handleUpload: HandleUpload, streams: Pick<Streams, 'deleteObject'>): Router {
  const router = Router()
  for (const method of ['put', 'post'] as const)
    router[method]('/streams/:id{/*path}', (request: StreamRequest, response) =>
      handleUpload(request, response, { stream: request.params.id, peer: peerOf(request) }),
    )
  router.delete('/streams/:id/*path', async (request: StreamRequest, response) => {
    continueBody(request, response)
    const path = objectPathOf(request.originalUrl)
    await streams.deleteObject(request.params.id, path)
    response.json({ file_path: path })
  })
  return router
}

type StreamRequest = Request<{ id: string }>

/** Throws the refusal for a client that may not upload; returns no promise where nothing has to be read for it. */
type AuthorizeUpload = (request: IncomingMessage, peer: Peer, stream: string) => void | Promise<void>

interface PutFastPathDeps {
  readonly handleUpload: HandleUpload
  readonly authenticate: Authenticate
  /** Refuses a client that may not upload to a stream; null where each may. */
  readonly authorizeUpload: AuthorizeUpload | null
  readonly respondWithError: RespondWithError
  readonly app: RequestListener
}

/** PUTs below a stream bypass express, whose router takes longer than all else that is done for a small one. */
export function withPutFastPath(deps: PutFastPathDeps): RequestListener {
  const { handleUpload, authenticate, authorizeUpload, respondWithError, app } = deps
  return function listener(request, response) {
    const stream = request.method === 'PUT' ? streamIn(request.url ?? '') : null
    if (stream === null) return app(request, response)
    handlePut(request, response, stream).catch((error) => respondWithError(error, request, response))
  }

  async function handlePut(request: IncomingMessage, response: ServerResponse, stream: string) {
    const peer = authenticate(request)
    const pending = authorizeUpload?.(request, peer, stream)
    if (pending) await pending
    await handleUpload(request, response, { stream, peer })
  }
}

const streamIn = (url: string): string | null => /^\/streams\/(\d+)\//.exec(url)?.[1] ?? null

/** DASH-IF Ingest 1.2, 6.2-1: an empty request tests URL and credentials and changes nothing. */
async function probePublishingPoint(request: IncomingMessage, response: ServerResponse): Promise<void> {
  for await (const _bytes of request) {
    throw new Refusal('path-malformed', noObjectNamed)
  }
  respondReady(response)
}

const respondReady = (response: ServerResponse): void =>
  sendJson(response, 200, { detail: 'ready for uploads; an empty body is not stored' })

function declaredBytesOf(request: IncomingMessage): number | null {
  const declared = request.headers['content-length']
  return declared === undefined ? null : Number(declared)
}

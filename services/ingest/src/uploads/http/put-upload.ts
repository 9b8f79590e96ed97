import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Peer } from '@pushav/shared/identity.ts'
import { type Request, Router } from 'express'
import { type Authenticate, peerOf } from '../../http/authenticate.ts'
import type { RespondWithError } from '../../http/error-handler.ts'
import { sendJson } from '../../http/json-response.ts'
import { Refusal } from '../../lib/refusal.ts'
import type { Streams } from '../../streams/streams.ts'
import { assertFits, type ReceiveUpload } from '../receive-upload.ts'
import { decoderOf } from './content-coding.ts'
import { isPublishingPoint, objectPathOf } from './object-url.ts'
import { bytesOf, continueBody, readIfBuffered } from './request-body.ts'
import { senderOf } from './request-sender.ts'
import { respondWithReceipt } from './upload-response.ts'

/** Keeps the certificate that a device showed, once. */
export type RememberCertificate = (fingerprint: string, der: string) => Promise<void>

type Named = Request<{ id: string }>

interface Needs {
  readonly receiveUpload: ReceiveUpload
  readonly streams: Streams
  readonly remember: RememberCertificate
  readonly maxBytes: number
  readonly now: () => Date
}

/** Receives the body of a request to a stream's publishing point, and answers it. */
export type HandleUpload = (
  request: IncomingMessage,
  response: ServerResponse,
  to: { readonly stream: string; readonly peer: Peer },
) => Promise<void>

export function handleUploadWith({ receiveUpload, streams, remember, maxBytes, now }: Needs): HandleUpload {
  return async function takeUpload(request, response, { stream, peer }) {
    // Everything that can be refused is, before a byte of the body is asked for.
    await streams.assertExists(stream)
    const url = request.url ?? ''
    const path = isPublishingPoint(url) ? null : objectPathOf(url)
    const declaredBytes = declaredBytesOf(request)
    assertFits(declaredBytes ?? 0, maxBytes)
    const decode = decoderOf(request, response)
    assertWhole(request)
    continueBody(request, response)
    if (path === null) return probePublishingPoint(request, response)
    if (peer.device && declaredBytes !== 0) await remember(peer.device.fingerprint, peer.device.certificate)
    const receipt = await receiveUpload(
      {
        stream,
        path,
        method: request.method ?? '',
        startedAt: now().toISOString(),
        sender: senderOf(request, peer),
      },
      {
        atOnce: readIfBuffered(request, declaredBytes),
        bytes: () => bytesOf(request),
        declaredBytes,
        decode,
      },
    )
    if (receipt === null) return answerReady(response)
    respondWithReceipt(response, receipt)
  }
}

/** RFC 9110, 14.5: a server that does not support partial PUT must refuse it. */
function assertWhole({ headers }: IncomingMessage): void {
  if (headers['content-range'])
    throw new Refusal('request-malformed', 'an upload is sent whole; Content-Range is not supported')
}

/** DASH-IF Ingest 1.2, 5.2-1: PUT and POST mean the same; a POST may mean something else, so this comes last. */
export function uploadRoutes(takeUpload: HandleUpload, streams: Streams): Router {
  const router = Router()
  for (const method of ['put', 'post'] as const)
    router[method]('/streams/:id{/*path}', (request: Named, response) =>
      takeUpload(request, response, { stream: request.params.id, peer: peerOf(request) }),
    )
  router.delete('/streams/:id/*path', async (request: Named, response) => {
    continueBody(request, response)
    const path = objectPathOf(request.originalUrl)
    await streams.deleteObject(request.params.id, path)
    response.json({ file_path: path })
  })
  return router
}

/** PUTs below a stream pass by the router, which takes longer than all else that is done for a small one. */
export function withPutFastPath(
  takeUpload: HandleUpload,
  letIn: Authenticate,
  answerProblem: RespondWithError,
  app: RequestListener,
): RequestListener {
  return function listener(request, response) {
    const stream = request.method === 'PUT' ? streamIn(request.url ?? '') : null
    if (stream === null) return app(request, response)
    takePut(request, response, stream).catch((error) => answerProblem(error, request, response))
  }

  async function takePut(request: IncomingMessage, response: ServerResponse, stream: string): Promise<void> {
    await takeUpload(request, response, { stream, peer: letIn(request) })
  }
}

const streamIn = (url: string): string | null => /^\/streams\/(\d+)\//.exec(url)?.[1] ?? null

/** DASH-IF Ingest 1.2, 6.2-1: an empty request tests URL and credentials and changes nothing. */
async function probePublishingPoint(request: IncomingMessage, response: ServerResponse): Promise<void> {
  for await (const _bytes of request) {
    throw new Refusal('path-malformed', 'name the object below the publishing point')
  }
  answerReady(response)
}

const answerReady = (response: ServerResponse): void =>
  sendJson(response, 200, { detail: 'ready for uploads; an empty body is not stored' })

function declaredBytesOf(request: IncomingMessage): number | null {
  const declared = request.headers['content-length']
  return declared === undefined ? null : Number(declared)
}

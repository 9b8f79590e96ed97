import { type NextFunction, type Request, type Response, Router } from 'express'
import { Refusal } from '../domain/refusal.ts'
import { assertFits, type ReceiveUpload } from '../use-cases/receive-upload.ts'
import type { Streams } from '../use-cases/streams.ts'
import { bytesOf, continueBody } from './body.ts'
import { decoderOf } from './content-coding.ts'
import { isPublishingPoint, objectPathOf } from './object-url.ts'
import { peerOf } from './peer.ts'
import { answerReceipt } from './receipt-answer.ts'
import { senderOf } from './sender.ts'

type Named = Request<{ id: string }>

/** Keeps the certificate that a device showed, once. */
export type RememberCertificate = (fingerprint: string, der: string) => Promise<void>

/**
 * DASH-IF Ingest 1.2, 5.2-1: PUT and POST mean the same, so they share one handler. Nothing else is PUT, so that
 * `puts` may stand before all other routes; a POST may mean something else.
 */
export function uploadRoutes(
  receiveUpload: ReceiveUpload,
  streams: Streams,
  remember: RememberCertificate,
  maxBytes: number,
  now: () => Date,
): { readonly puts: Router; readonly others: Router } {
  const puts = Router()
  puts.put('/streams/:id{/*path}', assertWanted, continueBody, receiveOne)
  const others = Router()
  others.post('/streams/:id{/*path}', assertWanted, continueBody, receiveOne)
  others.delete('/streams/:id/*path', continueBody, async (request, response) => {
    const path = objectPathOf(request)
    await streams.deleteObject(request.params.id, path)
    response.json({ file_path: path })
  })
  return { puts, others }

  /** Everything that can be refused before a byte of the body is asked for. */
  async function assertWanted(request: Named, response: Response, next: NextFunction): Promise<void> {
    await streams.assertExists(request.params.id)
    if (!isPublishingPoint(request)) objectPathOf(request)
    assertFits(declaredBytesOf(request) ?? 0, maxBytes)
    decoderOf(request, response)
    if (request.headers['content-range']) {
      // RFC 9110, 14.5: a server that does not support partial PUT must refuse it.
      throw new Refusal('request-malformed', 'an upload is sent whole; Content-Range is not supported')
    }
    next()
  }

  async function receiveOne(request: Named, response: Response): Promise<void> {
    if (isPublishingPoint(request)) return probePublishingPoint(request, response)
    const { device } = peerOf(request)
    if (device && declaredBytesOf(request) !== 0) await remember(device.fingerprint, device.certificate)
    const receipt = await receiveUpload(
      {
        stream: request.params.id,
        path: objectPathOf(request),
        method: request.method,
        startedAt: now().toISOString(),
        sender: senderOf(request),
      },
      {
        bytes: bytesOf(request),
        declaredBytes: declaredBytesOf(request),
        decode: decoderOf(request, response),
      },
    )
    if (receipt === null) return answerReady(response)
    answerReceipt(response, receipt)
  }
}

/** DASH-IF Ingest 1.2, 6.2-1: an empty request tests URL and credentials and changes nothing. */
async function probePublishingPoint(request: Named, response: Response): Promise<void> {
  for await (const _bytes of request) {
    throw new Refusal('path-malformed', 'name the object below the publishing point')
  }
  answerReady(response)
}

const answerReady = (response: Response): void =>
  void response.json({ detail: 'ready for uploads; an empty body is not stored' })

function declaredBytesOf(request: Request): number | null {
  const declared = request.headers['content-length']
  return declared === undefined ? null : Number(declared)
}

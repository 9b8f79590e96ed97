import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { digestLine } from '@pushav/shared/recording/digest-lines.ts'
import { type Request, type Response, Router } from 'express'
import type { ReadReportMetrics } from '../../comparison/read-report-metrics.ts'
import { createSubscriberLimits, wholeSessions } from '../../events/http/subscriber-limits.ts'
import type { ReadEvidence } from '../../evidence/read-evidence.ts'
import { peerOf } from '../../http/authenticate.ts'
import { jsonPieces } from '../../http/json-pieces.ts'
import { streamText } from '../../http/json-response.ts'
import { deviceBytesPolicy } from '../../streams/http/device-bytes-policy.ts'
import { junitPieces } from '../../streams/http/junit-report.ts'
import { uploadResponse } from '../../streams/http/log-entry-response.ts'
import { bytesOf } from '../../streams/http/upload-detail-routes.ts'
import { mapPages } from '../../streams/pages.ts'
import type { Streams } from '../../streams/streams.ts'
import type { LogEntry } from '../../streams/upload-log.ts'
import type { ClientCertificates, OpenUpload } from '../../uploads/ports.ts'
import type { ExportMp4 } from '../export-mp4.ts'
import type { ListSession } from '../list-session.ts'
import { zipUploadsOf } from '../zip-entries.ts'
import { sendZip, type ZipEntry } from './zip-response.ts'

interface ExportRoutesDeps {
  readonly streams: Pick<Streams, 'report' | 'reportEach' | 'summary'>
  readonly readReportMetrics: ReadReportMetrics
  readonly readEvidence: ReadEvidence
  readonly exportMp4: ExportMp4
  readonly listSession: ListSession
  readonly open: OpenUpload
  readonly certificates: Pick<ClientCertificates, 'details'>
}

type SessionRequest = Request<{ id: string; session: string }>

/** A session as one file, to keep or to send to someone. */
export function exportRoutes(deps: ExportRoutesDeps): Router {
  const { streams, readReportMetrics, readEvidence, exportMp4, listSession, open, certificates } = deps
  const router = Router()
  const enter = createSubscriberLimits('exports', wholeSessions)
  router.get('/export/:id/:session.mp4', async (request: SessionRequest, response) => {
    using _counted = enter(peerOf(request))
    const { id: stream, session } = request.params
    const { bytes, content } = await exportMp4({ stream, session })
    setAttachment(request, response, 'mp4')
    response.set('Content-Type', 'video/mp4').set('Content-Length', String(bytes))
    if (request.method === 'HEAD') return void response.end()
    await pipeline(Readable.from(content()), response).catch(() => response.destroy())
  })
  router.get('/export/:id/:session.zip', async (request: SessionRequest, response) => {
    using _counted = enter(peerOf(request))
    const { id, session } = request.params
    const entries = await zipEntriesOf(id, session)
    setAttachment(request, response, 'zip')
    await sendZip(response, entries)
  })
  router.get('/export/:id/:session.junit.xml', async (request: SessionRequest, response) => {
    const { id, session } = request.params
    const reports = await streams.reportEach(id, session)
    setAttachment(request, response, 'junit.xml')
    await streamText(response.type('application/xml'), junitPieces(id, reports))
  })
  return router

  async function zipEntriesOf(stream: string, session: string): Promise<readonly ZipEntry[]> {
    const uploads = await listSession(stream, session)
    const rules = await streams.report(stream, session)
    const named = zipUploadsOf(uploads)
    const lines = named.map(
      ({ entry, name }) => `${JSON.stringify({ file: name, ...uploadResponse(entry) })}\n`,
    )
    const sums = named.map(({ entry, name }) => digestLine(entry.upload.sha256, name))
    const files = new Map(named.map(({ entry, name }) => [entry.upload.id, name]))
    const { digests, ...evidence } = await readEvidence(stream, session, onePage(uploads))
    const inZip = mapPages(digests, (digest) => ({ ...digest, file: files.get(digest.upload) }))
    const report = {
      stream_id: Number(stream),
      session,
      interface: (await streams.summary(stream)).stream.interface,
      rules,
      metrics: await readReportMetrics(stream, session),
      evidence: () => ({ digests: inZip, ...evidence }),
    }
    const bodies = named.map(({ entry: { upload }, name }) => ({
      name,
      modifiedMs: Date.parse(upload.receivedAt),
      bytes: upload.bytes,
      content: () => contentOf(stream, upload.id),
    }))
    return [
      entryOf('uploads.ndjson', Buffer.from(lines.join(''))),
      entryOf('report.json', Buffer.from(await indentedJson(report))),
      entryOf('SHA256SUMS', Buffer.from(sums.join(''))),
      ...(await certificatesOf(uploads)),
      ...bodies,
    ]
  }

  async function* contentOf(stream: string, upload: string): AsyncIterable<Uint8Array> {
    await using file = await open(stream, upload)
    yield* bytesOf(file).read(0, file.bytes)
  }

  async function certificatesOf(uploads: readonly LogEntry[]): Promise<readonly ZipEntry[]> {
    const devices = new Set(uploads.flatMap(({ upload }) => upload.sender.device?.fingerprint ?? []))
    const found = [...devices].map(async (fingerprint) => {
      // A certificate that cannot be read is left out: its facts are in each line of uploads.ndjson.
      const details = await certificates.details(fingerprint).catch(() => null)
      return details ? [entryOf(`certificates/${fingerprint}.pem`, Buffer.from(details.pem))] : []
    })
    return (await Promise.all(found)).flat()
  }
}

/** For readers; an export is in memory as a whole. */
async function indentedJson(value: object): Promise<string> {
  const pieces = await Array.fromAsync(jsonPieces(value))
  return `${JSON.stringify(JSON.parse(pieces.join('')), null, 2)}\n`
}

const entryOf = (name: string, content: Buffer): ZipEntry => ({
  name,
  modifiedMs: Date.now(),
  bytes: content.length,
  async *content() {
    yield content
  },
})

/** The uploads of the zip, so that those which come meanwhile are in none of its files. */
async function* onePage(uploads: readonly LogEntry[]): AsyncGenerator<readonly LogEntry[]> {
  yield uploads
}

function setAttachment({ params }: SessionRequest, response: Response, extension: string): void {
  response.attachment(`stream-${params.id}-session-${params.session}.${extension}`)
  response.set({
    'Content-Security-Policy': deviceBytesPolicy,
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  })
}

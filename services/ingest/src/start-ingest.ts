import { access, constants } from 'node:fs/promises'
import { hostname, networkInterfaces } from 'node:os'
import type { Logger } from '@pushav/shared/logger.ts'
import { onReconnect, pingAll } from '@pushav/shared/redis/client.ts'
import { certificateRoutes } from './certificates/http/certificate-routes.ts'
import { x509Reader } from './certificates/x509/reader.ts'
import type { Config } from './config.ts'
import { eventRoutes } from './events/http/event-routes.ts'
import { createProxyAuth } from './http/authenticate.ts'
import { createErrorResponder } from './http/error-handler.ts'
import { healthRoutes } from './http/health-routes.ts'
import { createApp } from './http/http-app.ts'
import { listen } from './http/http-server.ts'
import { newId } from './lib/new-id.ts'
import { openCertificates } from './open-certificates.ts'
import { openStorage } from './open-storage.ts'
import { findProbeWith } from './probes/find-probe.ts'
import { findProbeWorkers } from './probes/redis/probe-workers.ts'
import { serverNamesOf } from './server-names.ts'
import { findCertificateWith, findObjectWith } from './streams/find-object.ts'
import { objectRoutes } from './streams/http/object-routes.ts'
import { matter15StreamResponse, streamResponse } from './streams/http/stream-response.ts'
import { streamRoutes } from './streams/http/stream-routes.ts'
import { uploadBytesRoutes } from './streams/http/upload-bytes-routes.ts'
import { uploadLogRoutes } from './streams/http/upload-log-routes.ts'
import { recordEntryWith } from './streams/record-entry.ts'
import { streamsWith } from './streams/streams.ts'
import { readUploadLogWith } from './streams/upload-log.ts'
import { diskClientCertificates } from './uploads/disk/client-certificates.ts'
import { handleUploadWith, uploadRoutes, withPutFastPath } from './uploads/http/put-upload.ts'
import { createOpenUploads } from './uploads/open-uploads.ts'
import { createPendingVerdicts } from './uploads/pending-verdicts.ts'
import { receiveUploadWith } from './uploads/receive-upload.ts'
import { recoverUploadsWith } from './uploads/recover-uploads.ts'
import { streamInterfaceWith } from './uploads/stream-interface.ts'

const catchUpWaitMs = 10_000
const now = (): Date => new Date()

/** Opens and connects all parts of ingest, then listens. Each part is undone when `built` is disposed of. Its app. */
export async function startIngest(
  config: Config,
  built: AsyncDisposableStack,
  log: Logger,
): Promise<ReturnType<typeof createApp>> {
  const { workingDirectory, verdictWaitMs, sessionIdleMs: idleMs, maxUploadBytes: maxBytes } = config

  const certificates = built.adopt(
    await openCertificates({ ...config, log, serverNames: () => namesOf(config) }),
    (opened) => opened.close(),
  )
  const clientCertificates = await diskClientCertificates(workingDirectory, x509Reader.describe)
  const verdicts = createPendingVerdicts()
  const storage = await openStorage(config, built, log, verdicts)
  const { store, journals, links, redis, index, probes, eventBus, inspections, indexer } = storage

  const record = recordEntryWith({ journals, indexer, verdicts, verdictWaitMs })
  const streams = streamsWith({ journals, store, index, links, record, eventBus, newId, now, idleMs })
  const openUploads = createOpenUploads()
  const uploadDeps = {
    ...{ store, links, inspections, indexer, verdicts, verdictWaitMs },
    ...{ openUploads, events: eventBus, now },
  }
  const interfaceOf = streamInterfaceWith(journals)
  const receiveUpload = receiveUploadWith({ ...uploadDeps, interfaceOf, newId, maxBytes })
  const findObject = findObjectWith({ store, links, index, certificates: clientCertificates })
  const findCertificate = findCertificateWith({ index, certificates: clientCertificates })
  const findProbe = findProbeWith(index, probes, config.probeWaitMs)

  const recovered = await recoverUploadsWith(uploadDeps)()
  if (recovered > 0) log.warn({ recovered }, 'uploads that a crash cut off were recorded')
  onReconnect(redis, catchUp)
  await waitAtMost(catchUpWaitMs, catchUp())
  await streams.finishRemovals().catch((error) => log.warn({ error }, 'a stream is not wholly removed yet'))

  const closing = new AbortController()
  const authenticate = createProxyAuth(certificates.secret)
  const respondWithError = createErrorResponder(log)
  const handleUpload = handleUploadWith({
    receiveUpload,
    streams,
    certificates: clientCertificates,
    maxBytes,
    now,
  })
  const health = healthRoutes(
    { redis: () => pingAll(redis), disk: () => access(workingDirectory, constants.W_OK) },
    async () => ({ ...(await probes.backlog()), workers: await findProbeWorkers(redis) }),
  )
  const routers = [
    certificateRoutes(certificates, log),
    streamRoutes(streams, config.strict, config.isCompat15 ? matter15StreamResponse : streamResponse),
    uploadLogRoutes(readUploadLogWith(streams, index, probes)),
    uploadBytesRoutes(streams, store, findCertificate),
    eventRoutes(eventBus, streams, closing.signal, now),
    objectRoutes(findObject, findProbe),
    uploadRoutes(handleUpload, streams),
  ]
  const app = createApp({ authenticate, respondWithError, health, routers })
  const listener = withPutFastPath({ handleUpload, authenticate, respondWithError, app })
  built.use(await listen(listener, config.listen))
  built.defer(() => closing.abort())
  return app

  async function catchUp(): Promise<void> {
    await index
      .renew()
      .catch((error) => log.warn({ error }, 'which version wrote the index is not known yet'))
    await indexer.catchUp()
  }
}

function namesOf({ serverIp, dnsName }: Config) {
  const dns = dnsName ? [dnsName, `${dnsName}.local`] : []
  return serverNamesOf({ hostName: hostname(), interfaces: networkInterfaces(), serverIp, dns })
}

/** Resolves when the work is done or the time is over; the work goes on. */
function waitAtMost(ms: number, work: Promise<unknown>): Promise<unknown> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    work.finally(() => resolve(clearTimeout(timer)))
  })
}
